using k8s;
using k8s.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Watches a tenant's Deployments for a bounded time.</summary>
internal sealed class RolloutWatch(
    ClusterConnections connections, DesiredTenants tenants, IOptions<TenantSandboxOptions> options, TimeProvider time)
{
    /// <summary>
    /// Maximum length of one watch. Then the pods are read again, because a Deployment's status doesn't show an image that can't
    /// be pulled.
    /// </summary>
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(5);

    /// <summary>Returns when the rollout is complete or has failed, or its progress when the time is up.</summary>
    [Function(ActivityNames.WatchRollout)]
    public async Task<RolloutObservation> WatchAsync([ActivityTrigger] PlacedTenant placed, CancellationToken cancellationToken)
    {
        var tenant = await tenants.ReadAsync(placed, cancellationToken);
        var until = time.GetUtcNow() + TimeSpan.FromSeconds(options.Value.Timing.WatchSeconds);
        while (true)
        {
            var (deployments, version) = await ListAsync(tenant, cancellationToken);
            var seen = RolloutVerdict.Of(tenant, deployments, pods: null);
            if (seen.Condition != RolloutCondition.Progressing)
            {
                return seen;
            }

            var pods = await ListPodsAsync(tenant, cancellationToken);
            seen = RolloutVerdict.Of(tenant, deployments, pods);
            var left = until - time.GetUtcNow();
            if (seen.Condition != RolloutCondition.Progressing || left <= TimeSpan.Zero)
            {
                return seen;
            }

            await FollowAsync(tenant, deployments, version, left < Slice ? left : Slice, cancellationToken);
        }
    }

    // Returns early when the Deployments alone show the outcome; the next list returns it.
    private Task<bool> FollowAsync(
        DesiredTenant tenant, IEnumerable<V1Deployment> deployments, string version, TimeSpan slice, CancellationToken cancellationToken)
    {
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var current = deployments.ToDictionary(d => d.Metadata.Name, StringComparer.Ordinal);
        return connections.CallAsync(
            tenant.ClusterId,
            $"watch Deployments of {ns}",
            async client =>
            {
                var events = client.AppsV1.WatchListNamespacedDeploymentAsync(
                    ns,
                    labelSelector: Selector(tenant),
                    resourceVersion: version,
                    timeoutSeconds: (int)Math.Ceiling(slice.TotalSeconds),
                    cancellationToken: cancellationToken);
                await foreach (var (type, deployment) in events.UntilEndAsync(cancellationToken))
                {
                    if (type is not (WatchEventType.Added or WatchEventType.Modified))
                    {
                        return false;
                    }

                    current[deployment.Metadata.Name] = deployment;
                    if (RolloutVerdict.Of(tenant, current.Values, pods: null).Condition != RolloutCondition.Progressing)
                    {
                        return true;
                    }
                }

                return false;
            },
            cancellationToken);
    }

    private async Task<(IList<V1Deployment> Items, string Version)> ListAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var list = await connections.CallAsync(
            tenant.ClusterId,
            $"list Deployments of {ns}",
            client => client.AppsV1.ListNamespacedDeploymentAsync(
                ns, labelSelector: Selector(tenant), cancellationToken: cancellationToken),
            cancellationToken);
        return (list.Items, list.Metadata.ResourceVersion);
    }

    private async Task<IReadOnlyList<V1Pod>> ListPodsAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var list = await connections.CallAsync(
            tenant.ClusterId,
            $"list pods of {ns}",
            client => client.CoreV1.ListNamespacedPodAsync(ns, labelSelector: Selector(tenant), cancellationToken: cancellationToken),
            cancellationToken);
        return [.. list.Items];
    }

    private string Selector(DesiredTenant tenant) =>
        Labels.Selector(options.Value.Owner, tenant.Namespace);
}
