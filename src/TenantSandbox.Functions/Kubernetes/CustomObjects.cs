using System.Reflection;
using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Calls about kinds that the client library has no operations for.</summary>
internal static class CustomObjects
{
    /// <summary>Lists the objects of a namespace.</summary>
    public static Task<CustomList<T>> ListAsync<T>(this IKubernetes client, string ns, string? selector, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var kind = EntityOf(typeof(T));
        return client.CustomObjects.ListNamespacedCustomObjectAsync<CustomList<T>>(
            kind.Group, kind.ApiVersion, ns, kind.PluralName, labelSelector: selector, cancellationToken: cancellationToken);
    }

    /// <summary>Lists a page of the objects of all namespaces.</summary>
    public static Task<CustomList<T>> ListAllAsync<T>(
        this IKubernetes client, string? selector, int limit, string? continuation, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var kind = EntityOf(typeof(T));
        return client.CustomObjects.ListClusterCustomObjectAsync<CustomList<T>>(
            kind.Group, kind.ApiVersion, kind.PluralName, labelSelector: selector, limit: limit, continueParameter: continuation,
            cancellationToken: cancellationToken);
    }

    public static Task<object> DeleteAsync<T>(this IKubernetes client, V1ObjectMeta metadata, V1DeleteOptions options, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var kind = EntityOf(typeof(T));
        return client.CustomObjects.DeleteNamespacedCustomObjectAsync(
            kind.Group, kind.ApiVersion, metadata.NamespaceProperty, kind.PluralName, metadata.Name, options, cancellationToken: cancellationToken);
    }

    public static Task<object> PatchAsync<T>(this IKubernetes client, V1ObjectMeta metadata, V1Patch patch, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var kind = EntityOf(typeof(T));
        return client.CustomObjects.PatchNamespacedCustomObjectAsync(
            patch, kind.Group, kind.ApiVersion, metadata.NamespaceProperty, kind.PluralName, metadata.Name, cancellationToken: cancellationToken);
    }

    /// <summary>How the API names a kind.</summary>
    public static KubernetesEntityAttribute EntityOf(Type type) => type.GetCustomAttribute<KubernetesEntityAttribute>()!;
}

/// <summary>A list of objects.</summary>
internal sealed class CustomList<T> : IKubernetesObject<V1ListMeta>
{
    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; } = "";

    [JsonPropertyName("kind")] public string Kind { get; set; } = "";

    [JsonPropertyName("metadata")] public V1ListMeta Metadata { get; set; } = new();

    [JsonPropertyName("items")] public IReadOnlyList<T> Items { get; set; } = [];
}
