using k8s;
using k8s.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Watches a suspended tenant's pods for a bounded time.</summary>
internal sealed class SuspensionWatch(ClusterConnections connections, IOptions<TenantSandboxOptions> options, TimeProvider time)
{
    private const int MaxPodsNamed = 3;

    /// <summary>Returns when no pod is left that runs, or what is left when the time is up.</summary>
    /// <exception cref="SandboxException">A call failed.</exception>
    [Function(ActivityNames.WatchSuspension)]
    public async Task<SuspensionObservation> WatchAsync([ActivityTrigger] PlacedTenant tenant, CancellationToken cancellationToken)
    {
        var until = time.GetUtcNow() + TimeSpan.FromSeconds(options.Value.Timing.WatchSeconds);
        var pacing = new WatchPacing(time);
        while (true)
        {
            var pods = await ListAsync(tenant, cancellationToken);
            var left = until - time.GetUtcNow();
            if (pods.Items.Count == 0 || left <= TimeSpan.Zero)
            {
                return new SuspensionObservation(pods.Items.Count == 0, Describe(pods.Items));
            }

            await pacing.RunAsync(
                () => connections.WatchUntilEndedAsync(
                    tenant.ClusterId, NamespaceManifest.NameOf(tenant.TenantId), Selector(tenant), pods.Metadata.ResourceVersion, pods.Items, left, cancellationToken),
                cancellationToken);
        }
    }

    // Pods that have ended, as a finished Job keeps them, use no capacity.
    private async Task<V1PodList> ListAsync(PlacedTenant tenant, CancellationToken cancellationToken)
    {
        var list = await connections.ListPodsAsync(tenant.ClusterId, NamespaceManifest.NameOf(tenant.TenantId), Selector(tenant), cancellationToken);
        list.Items = [.. list.Items.Where(p => !p.HasEnded())];
        return list;
    }

    private string Selector(PlacedTenant tenant) => Labels.Selector(options.Value.Owner, tenant.Namespace);

    private static string Describe(IList<V1Pod> pods) => pods.Count == 0
        ? "no pods left"
        : $"{pods.Count} pods left: " + string.Join(", ", pods.OrderBy(p => p.Metadata.Name, StringComparer.Ordinal).Take(MaxPodsNamed).Select(Describe))
            + (pods.Count > MaxPodsNamed ? ", …" : "");

    private static string Describe(V1Pod pod) =>
        pod.Metadata.Name
        + (pod.Metadata.DeletionTimestamp is null ? " is not being deleted" : " is terminating")
        + (pod.Metadata.Finalizers is { Count: > 0 } finalizers ? $", held by {string.Join(" and ", finalizers)}" : "")
        + (pod.Spec?.NodeName is { Length: > 0 } node ? $" on node {node}" : "");
}
