using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Deletes objects of tenants' workloads that were read before: never another one that has the name by now.</summary>
internal sealed partial class WorkloadDeletions(
    ClusterConnections connections, WorkloadObjects objects, IOptions<TenantSandboxOptions> options, TimeProvider time, ILogger<WorkloadDeletions> logger)
{
    private const string Background = "Background";
    private const string Foreground = "Foreground";

    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastLook = TimeSpan.FromSeconds(2);

    /// <summary>Deletes objects; their pods end after them.</summary>
    /// <exception cref="SandboxException">A call failed.</exception>
    public Task DeleteAsync(string clusterId, IEnumerable<IKubernetesObject<V1ObjectMeta>> items, CancellationToken cancellationToken) =>
        Task.WhenAll(items.Select(o => DeleteOneAsync(clusterId, o, Background, cancellationToken)));

    /// <summary>Deletes objects with their pods, and waits for a bounded time until they are gone.</summary>
    /// <exception cref="SandboxException">A call failed.</exception>
    /// <exception cref="ConflictException">They are still being deleted: the same call succeeds after that.</exception>
    public async Task EndAsync(TenantNamespaceRef tenant, IReadOnlyList<IKubernetesObject<V1ObjectMeta>> items, CancellationToken cancellationToken)
    {
        await Task.WhenAll(items.Where(o => o.Metadata.DeletionTimestamp is null)
            .Select(o => DeleteOneAsync(tenant.ClusterId, o, Foreground, cancellationToken)));
        var until = time.GetUtcNow() + TimeSpan.FromSeconds(options.Value.Timing.WatchSeconds);
        var delay = FirstLook;
        var left = items;
        while (left.Count > 0)
        {
            var lists = await Task.WhenAll(left.Select(WorkloadObjectKind.Of).Distinct().Select(kind => objects.ListAsync(kind, tenant, cancellationToken)));
            var found = lists.SelectMany(l => l).Select(o => o.Metadata.Uid).ToHashSet(StringComparer.Ordinal);
            left = [.. left.Where(o => found.Contains(o.Metadata.Uid))];
            if (left.Count == 0)
            {
                return;
            }

            if (time.GetUtcNow() >= until)
            {
                var names = string.Join(", ", left.Select(o => $"{WorkloadObjectKind.Of(o).Name} {o.Metadata.Name}"));
                throw new ConflictException(
                    "WorkloadTerminating",
                    $"{names} of {NamespaceManifest.NameOf(tenant.TenantId)} on cluster {tenant.ClusterId} must end before the successor is made");
            }

            await Task.Delay(delay, time, cancellationToken);
            delay = delay * 2 < LastLook ? delay * 2 : LastLook;
        }
    }

    private async Task DeleteOneAsync(string clusterId, IKubernetesObject<V1ObjectMeta> item, string propagation, CancellationToken cancellationToken)
    {
        var (kind, metadata) = (WorkloadObjectKind.Of(item), item.Metadata);
        await connections.DeleteAsync(
            clusterId, kind.Name, metadata, (client, body) => kind.DeleteAsync(client, metadata, body, cancellationToken), cancellationToken, propagation);
        LogDeleted(kind.Name, metadata.NamespaceProperty, metadata.Name, clusterId);
    }

    [LoggerMessage(LogLevel.Information, "Deletion of {Kind} {Namespace}/{Name} on cluster {ClusterId} was requested.")]
    private partial void LogDeleted(string kind, string @namespace, string name, string clusterId);
}
