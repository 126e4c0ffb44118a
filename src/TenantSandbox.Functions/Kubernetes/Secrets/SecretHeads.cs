using k8s;
using k8s.Models;

namespace TenantSandbox.Functions.Kubernetes.Secrets;

/// <summary>What a list says about a Secret: its metadata, and nothing else.</summary>
/// <param name="Metadata">The metadata.</param>
internal sealed record SecretHead(V1ObjectMeta Metadata);

/// <summary>Lists Secrets without their data: the API server is asked for metadata only, so the data doesn't leave it.</summary>
internal static class SecretHeads
{
    private static readonly Dictionary<string, IReadOnlyList<string>> MetadataOnly = new()
    {
        ["Accept"] = ["application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"],
    };

    /// <summary>One page of the Secrets of all namespaces.</summary>
    public static async Task<V1SecretList> ListSecretHeadsForAllNamespacesAsync(
        this IKubernetes client, string selector, int limit, string? continuation, CancellationToken cancellationToken)
    {
        using var answer = await client.CoreV1.ListSecretForAllNamespacesWithHttpMessagesAsync(
            labelSelector: selector, limit: limit, continueParameter: continuation, customHeaders: MetadataOnly, cancellationToken: cancellationToken);
        return answer.Body;
    }

    /// <summary>The Secrets of one namespace.</summary>
    public static async Task<IReadOnlyList<SecretHead>> ListSecretHeadsAsync(
        this IKubernetes client, string ns, string selector, CancellationToken cancellationToken)
    {
        using var answer = await client.CoreV1.ListNamespacedSecretWithHttpMessagesAsync(
            ns, labelSelector: selector, customHeaders: MetadataOnly, cancellationToken: cancellationToken);
        return [.. HeadsOf(answer.Body)];
    }

    /// <summary>The metadata of a list's items, which are null in an empty list of metadata.</summary>
    public static IEnumerable<SecretHead> HeadsOf(V1SecretList list) => (list.Items ?? []).Select(i => new SecretHead(i.Metadata));
}
