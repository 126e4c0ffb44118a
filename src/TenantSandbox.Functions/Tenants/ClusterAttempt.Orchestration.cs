using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Azure.Arm;
using TenantSandbox.Functions.Orchestration;
using TenantSandbox.Functions.Pools;

namespace TenantSandbox.Functions.Tenants;

/// <summary>The attempt to reserve capacity on one cluster.</summary>
internal sealed class ClusterAttempt(
    TaskOrchestrationContext context, ReservationRequest request, ClusterTarget cluster, OperationProgress progress, PlacementAttempts attempts)
{
    /// <summary>A pool can be missing or have a name that is taken; each time the ledger offers another one.</summary>
    private const int MaxPools = 10;

    /// <summary>Where the tenant is placed, or where something may be left.</summary>
    public TenantPlacement Placement { get; private set; } = new(cluster.ClusterId, cluster.Region, null, cluster.Timing);

    /// <summary>The pool with the reservation; null if there is none.</summary>
    public PoolRef? Pool { get; private set; }

    /// <summary>Whether it waited for a pool.</summary>
    public bool HasWaited { get; private set; }

    /// <summary>Reserves capacity in a pool that is ready. Returns null, or why the cluster can't take the tenant.</summary>
    public async Task<TenantError?> RunAsync()
    {
        progress.BeginStep($"reserve capacity on cluster {cluster.ClusterId}");
        attempts.Begin(Placement);
        var error = TenantError.Create(
            ErrorClass.Conflict, "PoolsUnusable", $"Cluster '{cluster.ClusterId}' offered {MaxPools} pools, and none could be used. See its reconcile report.");
        for (var i = 0; i < MaxPools; i++)
        {
            var answer = await context.ReserveAsync(cluster.ClusterId, RequestOf());
            if (answer.Outcome == ReserveOutcome.Observe)
            {
                progress.BeginStep($"list the pools of cluster {cluster.ClusterId}");
                await context.ObserveClusterAsync(cluster.ClusterId);
                continue;
            }

            Name(answer.Pool);
            switch (answer.Outcome)
            {
                case ReserveOutcome.Refused:
                    attempts.Close(Placement);
                    return answer.Error;
                case ReserveOutcome.Wait:
                    var report = await WaitAsync(answer);
                    switch (report)
                    {
                        case { Outcome: PoolOutcome.Ready }:
                            return null;
                        case { Outcome: PoolOutcome.NameTaken }:
                            continue;
                        case { Outcome: PoolOutcome.Gone }:
                            attempts.Close(Placement);
                            return report.Error ?? TenantError.Create(ErrorClass.Transient, "PoolGone", $"Agent pool '{Pool!.Name}' was deleted.");
                        case { Outcome: PoolOutcome.Stuck }:
                            // The pool may still exist, so the attempt stays open.
                            return report.Error ?? TenantError.Create(ErrorClass.Transient, "PoolStuck", $"Agent pool '{Pool!.Name}' could not be deleted.");
                        default:
                            return await GiveUpAsync();
                    }

                default:
                    if (!answer.MustRead || await CheckAsync(answer.Pool!) is not { } finding)
                    {
                        return null;
                    }

                    error = finding.Error;
                    await context.ReportMissingAsync(cluster.ClusterId, finding);
                    break;
            }
        }

        return error;
    }

    /// <summary>Releases the operation's reservation and waits until the pool is deleted, if it was its last.</summary>
    public async Task ReleaseAsync()
    {
        await PoolRelease.ReleaseAsync(context, cluster.ClusterId, ReleaseOf(), progress);
        attempts.Close(Placement);
    }

    private void Name(PoolRef? pool)
    {
        Pool = pool;
        var named = Placement with { PoolName = pool?.Name };
        attempts.Replace(Placement, named);
        Placement = named;
    }

    private async Task<PoolReport?> WaitAsync(ReserveAnswer answer)
    {
        var pool = answer.Pool!;
        HasWaited = true;
        progress.BeginStep("wait for the agent pool");
        progress.ReportWaiting($"agent pool {pool.Name} of cluster {pool.ClusterId} is being created. {answer.Reason}");
        return await context.WaitForPoolAsync(pool, PoolPolling.ReportTimeout(cluster.Timing, answer.NotBefore, context.Now()));
    }

    /// <summary>Gives the reservation back, so that the pool can be deleted when it appears; the attempt stays open.</summary>
    private async Task<TenantError> GiveUpAsync()
    {
        if (request.Sequence > 0)
        {
            await context.ReleaseAsync(cluster.ClusterId, ReleaseOf());
        }

        return TenantError.Create(ErrorClass.Transient, "PoolWaitTimeout", $"No report about agent pool '{Pool!.Name}' arrived in time.");
    }

    /// <summary>Reads a pool that the ledger calls ready. Returns null if it can be used.</summary>
    private async Task<PoolHealthReport?> CheckAsync(PoolRef pool)
    {
        progress.BeginStep($"read agent pool {pool.Name}");
        var observed = await context.ReadPoolAsync(pool);
        if (observed.IsAbsent)
        {
            // Dropping a pool drops every tenant's reservation in it, so one answer isn't enough.
            progress.ReportWaiting($"agent pool {pool.Name} is absent: {observed.Detail}");
            await new PollingDelay(context, cluster.Timing).WaitAsync();
            observed = await context.ReadPoolAsync(pool);
        }

        var isUsable = observed is { Condition: PoolCondition.Ready } or { Condition: PoolCondition.InProgress, IsDeleting: false };
        return isUsable
            ? null
            : new PoolHealthReport(
                pool.Name,
                observed.Condition == PoolCondition.Absent,
                TenantError.Create(
                    observed.ErrorClass ?? ErrorClass.NotFound, observed.Code ?? "PoolMissing", $"Agent pool '{pool.Name}' of cluster '{pool.ClusterId}': {observed.Detail}"),
                cluster.Timing,
                context.Now());
    }

    private ReserveRequest RequestOf() => new(
        request.TenantId,
        request.Incarnation,
        request.Tier,
        request.Pods,
        cluster.PoolTemplate,
        cluster.Timing,
        context.InstanceId,
        context.Now(),
        request.Sequence,
        request.Current?.PoolName);

    // Instances of a version without sequences release all that they hold.
    private ReleaseRequest ReleaseOf() => new(
        request.TenantId, request.Incarnation, Placement.PoolName, cluster.Timing, context.InstanceId, context.Now(), request.Sequence > 0 ? request.Sequence : null);
}
