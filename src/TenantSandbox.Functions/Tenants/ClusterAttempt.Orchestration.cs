using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Azure.Arm;
using TenantSandbox.Functions.Orchestration;
using TenantSandbox.Functions.Pools;

namespace TenantSandbox.Functions.Tenants;

/// <summary>The attempt to reserve capacity on one cluster.</summary>
/// <param name="run">The operation.</param>
/// <param name="spec">What must fit.</param>
/// <param name="current">Where the tenant is and should stay; null for a tenant that is nowhere or must move.</param>
/// <param name="cluster">The cluster.</param>
/// <param name="volumeZones">The zones of the volumes that the tenant has there; null for none.</param>
internal sealed class ClusterAttempt(
    OperationRun run, SpecRef spec, TenantPlacement? current, ClusterTarget cluster, IReadOnlyList<IReadOnlyList<string>>? volumeZones)
{
    /// <summary>A pool can be missing or have a name that is taken; each time the ledger offers another one.</summary>
    private const int MaxPools = 10;

    /// <summary>Where the tenant is placed, or where something may be left.</summary>
    public TenantPlacement Placement { get; private set; } = new(cluster.ClusterId, cluster.Region, null, cluster.Timing, run.Input.Sequence);

    /// <summary>The pool with the reservation; null if there is none.</summary>
    public PoolRef? Pool { get; private set; }

    /// <summary>Reserves capacity in a pool that is ready. Returns null, or why the cluster can't take the tenant.</summary>
    public async Task<TenantError?> RunAsync()
    {
        run.Progress.BeginStep($"reserve capacity on cluster {cluster.ClusterId}");
        await run.Placements.AttemptAsync(Placement, hasNamespace: run.Input.Placement?.ClusterId != cluster.ClusterId);
        var error = TenantError.Create(
            ErrorClass.Conflict, "PoolsUnusable", $"Cluster '{cluster.ClusterId}' offered {MaxPools} pools, and none could be used. See its reconcile report.");
        for (var i = 0; i < MaxPools; i++)
        {
            var answer = await run.Context.ReserveAsync(cluster.ClusterId, RequestOf());
            if (answer.Outcome == ReserveOutcome.Observe)
            {
                run.Progress.BeginStep($"list the pools of cluster {cluster.ClusterId}");
                await run.Context.ObserveClusterAsync(cluster.ClusterId, run.Progress);
                continue;
            }

            Name(answer.Pool);
            switch (answer.Outcome)
            {
                case ReserveOutcome.Refused:
                    run.Placements.IsUnused(Placement);
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
                            run.Placements.IsUnused(Placement);
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
                    await run.Context.ReportMissingAsync(cluster.ClusterId, finding);
                    break;
            }
        }

        return error;
    }

    /// <summary>Releases the operation's reservation and waits until the pool is deleted, if it was its last.</summary>
    public async Task ReleaseAsync()
    {
        await PoolRelease.ReleaseAsync(run.Context, cluster.ClusterId, ReleaseOf(), run.Progress);
        run.Placements.IsUnused(Placement);
    }

    private void Name(PoolRef? pool)
    {
        Pool = pool;

        // An attempt whose pool was missing, or had a name that is taken, goes on in another pool: nothing is left in the former one.
        run.Placements.Reserved(Placement with { PoolName = null });
        Placement = Placement with { PoolName = pool?.Name, SizeClasses = pool?.Template.SizeClasses };
        run.Placements.Reserved(Placement);
    }

    private async Task<PoolReport?> WaitAsync(ReserveAnswer answer)
    {
        var pool = answer.Pool!;
        run.Progress.BeginStep("wait for the agent pool");
        run.Progress.ReportWaiting($"agent pool {pool.Name} of cluster {pool.ClusterId} is being created. {answer.Reason}", answer.OperationId);
        return await run.Context.WaitForPoolAsync(pool, PoolPolling.ReportTimeout(cluster.Timing, answer.NotBefore, run.Context.Now()), run.Progress);
    }

    /// <summary>Gives the reservation back, so that the pool can be deleted when it appears; the attempt stays open.</summary>
    private async Task<TenantError> GiveUpAsync()
    {
        await run.Context.ReleaseAsync(cluster.ClusterId, ReleaseOf());
        return TenantError.Create(ErrorClass.Transient, "PoolWaitTimeout", $"No report about agent pool '{Pool!.Name}' arrived in time.");
    }

    /// <summary>Reads a pool that the ledger calls ready. Returns null if it can be used.</summary>
    private async Task<PoolHealthReport?> CheckAsync(PoolRef pool)
    {
        run.Progress.BeginStep($"read agent pool {pool.Name}");
        var observed = await run.CallAsync<PoolObservation>(ActivityNames.ReadPool, pool);
        if (observed.IsAbsent)
        {
            // Dropping a pool drops every tenant's reservation in it, so one answer isn't enough.
            run.Progress.ReportWaiting($"agent pool {pool.Name} is absent: {observed.Detail}");
            await new PollingDelay(run.Context, cluster.Timing, run.Progress).WaitAsync();
            observed = await run.CallAsync<PoolObservation>(ActivityNames.ReadPool, pool);
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
                run.Context.Now());
    }

    private ReserveRequest RequestOf() => new(
        run.Input.TenantId,
        run.Input.Incarnation,
        spec.Tier,
        spec.Pods,
        cluster.PoolTemplate,
        cluster.Timing,
        run.Context.InstanceId,
        run.Context.Now(),
        run.Input.Sequence,
        current?.PoolName,
        volumeZones);

    private ReleaseRequest ReleaseOf() => new(
        run.Input.TenantId, run.Input.Incarnation, Placement.PoolName, cluster.Timing, run.Context.InstanceId, run.Context.Now(), run.Input.Sequence);
}
