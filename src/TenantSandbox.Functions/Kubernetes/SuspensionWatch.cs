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

            await pacing.RunAsync(() => FollowAsync(tenant, pods, left, cancellationToken), cancellationToken);
        }
    }

    // Pods that have ended, as a finished Job keeps them, use no capacity.
    private async Task<V1PodList> ListAsync(PlacedTenant tenant, CancellationToken cancellationToken)
    {
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var list = await connections.CallAsync(
            tenant.ClusterId,
            $"list pods of {ns}",
            client => client.CoreV1.ListNamespacedPodAsync(ns, labelSelector: Selector(tenant), cancellationToken: cancellationToken),
            cancellationToken);
        list.Items = [.. list.Items.Where(p => !HasEnded(p))];
        return list;
    }

    private static bool HasEnded(V1Pod pod) => pod.Status?.Phase is "Succeeded" or "Failed";

    // Returns early when all pods of the list are deleted or have ended.
    private Task<bool> FollowAsync(PlacedTenant tenant, V1PodList pods, TimeSpan left, CancellationToken cancellationToken)
    {
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var names = pods.Items.Select(p => p.Metadata.Uid).ToHashSet(StringComparer.Ordinal);
        return connections.CallAsync(
            tenant.ClusterId,
            $"watch pods of {ns}",
            async client =>
            {
                var events = client.CoreV1.WatchListNamespacedPodAsync(
                    ns,
                    labelSelector: Selector(tenant),
                    resourceVersion: pods.Metadata.ResourceVersion,
                    timeoutSeconds: (int)Math.Ceiling(left.TotalSeconds),
                    cancellationToken: cancellationToken);
                await foreach (var (type, pod) in events.UntilEndAsync(cancellationToken))
                {
                    if ((type == WatchEventType.Deleted || HasEnded(pod)) && names.Remove(pod.Metadata.Uid) && names.Count == 0)
                    {
                        return true;
                    }
                }

                return false;
            },
            cancellationToken);
    }

    private string Selector(PlacedTenant tenant) =>
        Labels.Selector(options.Value.Owner, new TenantNamespaceRef(tenant.TenantId, tenant.Incarnation, tenant.ClusterId));

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
