using k8s;
using k8s.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Rollouts;

/// <summary>Watches a tenant's Deployments for a bounded time.</summary>
internal sealed class RolloutWatch(RolloutReads reads, DesiredTenants tenants, IOptions<TenantSandboxOptions> options, TimeProvider time)
{
    /// <summary>
    /// Maximum length of one watch. Then the pods are read again, because a Deployment's status doesn't show an image that can't
    /// be pulled.
    /// </summary>
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Returns when the rollout is complete or has failed, or its progress when the time is up. Every answer but ready has the last
    /// known cause with its evidence, because compensation deletes the pods that show it.
    /// </summary>
    /// <exception cref="SandboxException">A call failed.</exception>
    [Function(ActivityNames.WatchRollout)]
    public async Task<RolloutObservation> WatchAsync([ActivityTrigger] PlacedTenant placed, CancellationToken cancellationToken)
    {
        var tenant = await tenants.ReadAsync(placed, cancellationToken);
        var until = time.GetUtcNow() + TimeSpan.FromSeconds(options.Value.Timing.WatchSeconds);
        var pacing = new WatchPacing(time);
        while (true)
        {
            var (deployments, version) = await reads.ListDeploymentsAsync(tenant, cancellationToken);
            if (RolloutVerdict.Of(tenant, deployments, facts: null) is { Condition: RolloutCondition.Ready } ready)
            {
                return ready;
            }

            var pods = await reads.ListPodsAsync(tenant, cancellationToken);
            var facts = pods.Any(PodCauses.NeedsEvents)
                ? await reads.ReadFactsAsync(tenant, pods, cancellationToken)
                : new RolloutFacts(pods, [], []);
            var seen = RolloutVerdict.Of(tenant, deployments, facts);
            var left = until - time.GetUtcNow();
            if (seen.Condition != RolloutCondition.Progressing || left <= TimeSpan.Zero)
            {
                return facts.Events.Count > 0 || facts.Nodes.Count > 0
                    ? seen
                    : RolloutVerdict.Of(tenant, deployments, await reads.ReadFactsAsync(tenant, pods, cancellationToken));
            }

            await pacing.RunAsync(
                () => FollowAsync(tenant, deployments, version, left < Slice ? left : Slice, cancellationToken), cancellationToken);
        }
    }

    // Returns early when the Deployments alone show the outcome; the next list returns it.
    private Task FollowAsync(
        DesiredTenant tenant, IEnumerable<V1Deployment> deployments, string version, TimeSpan slice, CancellationToken cancellationToken)
    {
        var current = deployments.ToDictionary(d => d.Metadata.Name, StringComparer.Ordinal);
        return reads.WatchDeploymentsAsync(
            tenant,
            version,
            slice,
            (type, deployment) =>
            {
                if (type is not (WatchEventType.Added or WatchEventType.Modified))
                {
                    return false;
                }

                current[deployment.Metadata.Name] = deployment;
                return RolloutVerdict.Of(tenant, current.Values, facts: null).Condition == RolloutCondition.Progressing;
            },
            cancellationToken);
    }
}
