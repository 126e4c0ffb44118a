using k8s;
using k8s.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Rollouts;

/// <summary>Watches the rollout of a tenant's workloads for a bounded time.</summary>
internal sealed class RolloutWatch(RolloutReads reads, DesiredTenants tenants, IOptions<TenantSandboxOptions> options, TimeProvider time)
{
    /// <summary>
    /// Maximum length of one watch. Then the pods are read again, because the status of what makes them doesn't show an image that can't
    /// be pulled.
    /// </summary>
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Returns when the rollout is complete or has failed, or its progress when the time is up. Every answer but ready has the last
    /// known cause with its evidence, because compensation deletes the pods that show it. Pods that would hold up a StatefulSet for ever are
    /// deleted.
    /// </summary>
    /// <exception cref="SandboxException">A call failed.</exception>
    [Function(ActivityNames.WatchRollout)]
    public Task<RolloutObservation> WatchAsync([ActivityTrigger] PlacedTenant placed, CancellationToken cancellationToken) =>
        WatchForAsync(placed, TimeSpan.FromSeconds(options.Value.Timing.WatchSeconds), cancellationToken);

    /// <inheritdoc cref="WatchAsync"/>
    /// <param name="placed">The tenant.</param>
    /// <param name="limit">How long to watch.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async Task<RolloutObservation> WatchForAsync(PlacedTenant placed, TimeSpan limit, CancellationToken cancellationToken)
    {
        var tenant = await tenants.ReadAsync(placed, cancellationToken);
        var until = time.GetUtcNow() + limit;
        var pacing = new WatchPacing(time);
        while (true)
        {
            var makers = await reads.ListMakersAsync(tenant, cancellationToken);
            if (RolloutVerdict.Of(tenant, makers.Items, facts: null) is { Condition: RolloutCondition.Ready } ready)
            {
                return ready;
            }

            var pods = await reads.ListPodsAsync(tenant, cancellationToken);
            var stuck = makers.Items.OfType<V1StatefulSet>().SelectMany(set => StatefulSetVerdict.FindStuck(set, pods)).ToArray();
            await Task.WhenAll(stuck.Select(pod => reads.DeletePodAsync(tenant, pod, cancellationToken)));
            pods = [.. pods.Except(stuck)];
            var facts = pods.Any(PodCauses.NeedsEvents) || RolloutVerdict.LacksPods(tenant, pods)
                ? await reads.ReadFactsAsync(tenant, pods, cancellationToken)
                : new RolloutFacts(pods, [], []);
            var seen = RolloutVerdict.Of(tenant, makers.Items, facts);
            var left = until - time.GetUtcNow();
            if (seen.Condition != RolloutCondition.Progressing || left <= TimeSpan.Zero)
            {
                return seen.Condition == RolloutCondition.Ready || facts.Events.Count > 0 || facts.Nodes.Count > 0
                    ? seen
                    : RolloutVerdict.Of(tenant, makers.Items, await reads.ReadFactsAsync(tenant, pods, cancellationToken));
            }

            await pacing.RunAsync(() => FollowAsync(tenant, makers, left < Slice ? left : Slice, cancellationToken), cancellationToken);
        }
    }

    // Returns early when the objects alone show the outcome; the next list returns it.
    private Task FollowAsync(DesiredTenant tenant, MakerLists makers, TimeSpan slice, CancellationToken cancellationToken)
    {
        var current = makers.Items.ToDictionary(WorkloadPlan.Key);
        return reads.WatchMakersAsync(
            tenant,
            makers.Versions,
            slice,
            (type, maker) =>
            {
                if (JobRuns.IsRun(maker))
                {
                    return true;
                }

                if (type is not (WatchEventType.Added or WatchEventType.Modified))
                {
                    return false;
                }

                current[WorkloadPlan.Key(maker)] = maker;
                return RolloutVerdict.Of(tenant, current.Values, facts: null).Condition == RolloutCondition.Progressing;
            },
            cancellationToken);
    }
}
