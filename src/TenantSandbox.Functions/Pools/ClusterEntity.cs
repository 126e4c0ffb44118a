using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;

namespace TenantSandbox.Functions.Pools;

/// <summary>
/// The placement ledger of one cluster; the key is the configured cluster id. Operations run one at a time, so that capacity
/// is never reserved twice and a pool never created twice. The rules are in <see cref="PlacementLedger"/>. Every operation
/// is idempotent: callers retry.
/// </summary>
public sealed class ClusterEntity : TaskEntity<LedgerState>
{
    [Function(nameof(ClusterEntity))]
    public static Task DispatchAsync([EntityTrigger] TaskEntityDispatcher dispatcher)
    {
        ArgumentNullException.ThrowIfNull(dispatcher);
        return dispatcher.DispatchAsync<ClusterEntity>();
    }

    /// <summary>The entity's id for a cluster.</summary>
    public static EntityInstanceId IdOf(string clusterId) => new(nameof(ClusterEntity), clusterId);

    /// <summary>Reserves capacity. A repeated call for the same incarnation of a tenant returns the same reservation.</summary>
    public ReserveAnswer Reserve(ReserveRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        (State, var answer, var work) = PlacementLedger.Reserve(State, request);
        Start(work, request.Timing);
        return answer;
    }

    /// <summary>Releases a reservation; deletes the pool when the last one is released.</summary>
    public ReleaseAnswer Release(ReleaseRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        (State, var answer, var work) = PlacementLedger.Release(State, request);
        Start(work, request.Timing);
        return answer;
    }

    /// <summary>Stores the outcome of creating or deleting a pool.</summary>
    /// <returns>
    /// The orchestrations that wait for the pool; the caller sends them the report, because entities can't send events. Empty
    /// when the outcome was stored before.
    /// </returns>
    public IReadOnlyList<string> Settle(PoolReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        (State, var waiters, var work) = PlacementLedger.Complete(State, report);
        Start(work, report.Timing);
        return waiters;
    }

    protected override LedgerState InitializeState(TaskEntityOperation entityOperation)
    {
        ArgumentNullException.ThrowIfNull(entityOperation);
        return new() { ClusterId = entityOperation.Context.Id.Key };
    }

    // The host ignores dedupe statuses of starts that come from entities: that an orchestration starts only once rests on
    // the ledger, which never uses an instance id twice.
    private void Start(PoolOperation? work, OperationTiming timing)
    {
        if (work is not null)
        {
            TaskName name = work.IsDeletion ? nameof(DeletePoolOrchestration) : nameof(CreatePoolOrchestration);
            Context.ScheduleNewOrchestration(
                name, new PoolOperationInput(work.Pool, timing, work.NotBefore), new StartOrchestrationOptions(work.InstanceId));
        }
    }
}
