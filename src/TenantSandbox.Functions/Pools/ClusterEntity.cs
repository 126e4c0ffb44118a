using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using TenantSandbox.Functions.Telemetry;

namespace TenantSandbox.Functions.Pools;

/// <summary>
/// The placement ledger of one cluster; the key is the configured cluster id. Operations run one at a time, so that capacity
/// is never reserved twice and a pool never created twice. The rules are in <see cref="PlacementLedger"/>,
/// <see cref="ClusterComparison"/> and <see cref="LedgerRecovery"/>. Every operation is idempotent: callers retry.
/// </summary>
public sealed class ClusterEntity : TaskEntity<LedgerState>
{
    /// <summary>Most operations that one answer names; keeps it below 16 KB.</summary>
    private const int MaxOperations = 60;

    [Function(nameof(ClusterEntity))]
    public static Task DispatchAsync([EntityTrigger] TaskEntityDispatcher dispatcher)
    {
        ArgumentNullException.ThrowIfNull(dispatcher);
        return dispatcher.DispatchAsync<ClusterEntity>();
    }

    /// <summary>The entity's id for a cluster.</summary>
    public static EntityInstanceId IdOf(string clusterId) => new(nameof(ClusterEntity), clusterId);

    /// <summary>Reserves capacity. A repeated call for the same operation of a tenant returns the same reservation.</summary>
    public ReserveAnswer Reserve(ReserveRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Apply(PlacementLedger.Reserve(State, request), request.Timing, request.RequestedAt);
    }

    /// <summary>Releases one or all reservations of a tenant's incarnation; deletes the pools whose last one is released.</summary>
    public ReleaseAnswer Release(ReleaseRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Apply(PlacementLedger.Release(State, request), request.Timing, request.RequestedAt);
    }

    /// <summary>Stores the outcome of creating or deleting a pool.</summary>
    /// <returns>
    /// The orchestrations that wait for the pool; the caller sends them the report, because entities can't send events. Empty
    /// when the outcome was stored before.
    /// </returns>
    public IReadOnlyList<string> Settle(PoolReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return Apply(PlacementLedger.Complete(State, report), report.Timing, report.EndedAt);
    }

    /// <summary>Drops a pool that a fresh read didn't find, or closes one that failed. Returns whether that changed the ledger.</summary>
    public bool ReportMissing(PoolHealthReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return Apply(ClusterComparison.Report(State, report), report.Timing, report.ReportedAt);
    }

    /// <summary>Compares the ledger with one page of ARM's list of pools, and takes over what it learns from it.</summary>
    public ClusterFindings Observe(ClusterObservation observation)
    {
        ArgumentNullException.ThrowIfNull(observation);
        (State, var findings, _) = ClusterComparison.Observe(State, observation);
        LedgerMetrics.Record(State);
        return findings;
    }

    /// <summary>Restores a pool and its reservations after the ledger was lost. False when it can't be adopted.</summary>
    public bool Adopt(PoolAdoption adoption)
    {
        ArgumentNullException.ThrowIfNull(adoption);
        (State, var adopted, _) = LedgerRecovery.Adopt(State, adoption);
        return adopted;
    }

    /// <summary>Starts a pool's operation again whose orchestration died, or a failed deletion that is due.</summary>
    public bool Restart(PoolRestart restart)
    {
        ArgumentNullException.ThrowIfNull(restart);
        return Apply(LedgerRecovery.Restart(State, restart), restart.Timing, restart.RequestedAt);
    }

    /// <summary>The reference to a pool; null when the ledger doesn't have it.</summary>
    public PoolRef? Find(string poolName) => State.Find(poolName) is { } pool ? State.RefOf(pool) : null;

    /// <summary>The orchestrations that create or delete pools, those that run longest first; at most 60.</summary>
    public IReadOnlyList<RunningPoolOperation> FindOperations() =>
    [
        .. State.Pools
            .Select(p => (Pool: p, Id: p.OperationId(State.ClusterId)))
            .Where(p => p.Id is not null)
            .OrderBy(p => p.Pool.NotBefore)
            .Take(MaxOperations)
            .Select(p => new RunningPoolOperation(p.Pool.Name, p.Id!, p.Pool.NotBefore)),
    ];

    protected override LedgerState InitializeState(TaskEntityOperation entityOperation)
    {
        ArgumentNullException.ThrowIfNull(entityOperation);
        return new() { ClusterId = entityOperation.Context.Id.Key };
    }

    // The host ignores dedupe statuses of starts that come from entities: that an orchestration starts only once rests on
    // the ledger, which never uses an instance id twice.
    private T Apply<T>(LedgerChange<T> change, OperationTiming timing, DateTimeOffset at)
    {
        State = change.State;
        LedgerMetrics.Record(State, timing, at);
        foreach (var operation in change.Operations)
        {
            TaskName name = operation.IsDeletion ? nameof(DeletePoolOrchestration) : nameof(CreatePoolOrchestration);
            Context.ScheduleNewOrchestration(
                name,
                new PoolOperationInput(operation.Pool, timing, operation.NotBefore, MustReadPods: true),
                new StartOrchestrationOptions(operation.InstanceId));
        }

        return change.Answer;
    }
}
