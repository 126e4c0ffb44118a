using System.Globalization;
using k8s;
using k8s.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Lists the namespaces with this installation's labels.</summary>
internal sealed class NamespaceInventory(ClusterConnections connections, IOptions<TenantSandboxOptions> options)
{
    /// <summary>Namespaces in a page: keeps it well below 16 KB.</summary>
    public const int PageSize = 30;

    /// <summary>
    /// One page. If the cluster has changed so much since the first page that the continuation has expired, the list goes on with the
    /// present state, so a namespace can be missing or listed twice; that is why orphans are compared over two inventories.
    /// </summary>
    /// <exception cref="SandboxException">The call failed. Code <c>Expired</c>: begin again without a continuation.</exception>
    [Function(ActivityNames.ListTenantNamespaces)]
    public async Task<NamespacePage> ListAsync([ActivityTrigger] NamespaceQuery query, CancellationToken cancellationToken)
    {
        var page = await connections.CallAsync(
            query.ClusterId,
            "list tenants' namespaces",
            client => client.CoreV1.ListNamespaceAsync(
                labelSelector: $"{Labels.ManagedBy}={Labels.Product},{Labels.Owner}={options.Value.Owner}",
                limit: PageSize,
                continueParameter: query.Continuation,
                cancellationToken: cancellationToken),
            cancellationToken);
        return new NamespacePage(
            [.. page.Items.Select(Describe).OrderBy(n => n.Name, StringComparer.Ordinal)],
            page.Metadata.ContinueProperty is { Length: > 0 } next ? next : null);
    }

    private static FoundNamespace Describe(V1Namespace found)
    {
        var metadata = found.Metadata;
        return new FoundNamespace(
            metadata.Name,
            metadata.Uid,
            Label(Labels.Owner) ?? "",
            Label(Labels.Tenant),
            int.TryParse(Label(Labels.Incarnation), NumberStyles.None, CultureInfo.InvariantCulture, out var incarnation) ? incarnation : null,
            long.TryParse(Annotation(Labels.Revision), NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : null,
            Annotation(Labels.SpecHash),
            Label(Labels.Pool),
            Annotation(Labels.Suspended) == "true",
            metadata.CreationTimestamp is { } created ? new DateTimeOffset(created.ToUniversalTime()) : DateTimeOffset.MinValue,
            metadata.DeletionTimestamp is not null,
            ExpiryAnnotations.Read(metadata.Annotations),
            Annotation(Labels.Quarantined) == "true");

        string? Label(string name) => metadata.Labels?.TryGetValue(name, out var value) == true ? value : null;

        string? Annotation(string name) => metadata.Annotations?.TryGetValue(name, out var value) == true ? value : null;
    }
}
