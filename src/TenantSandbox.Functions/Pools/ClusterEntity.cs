using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using TenantSandbox.Functions.Requests;

namespace TenantSandbox.Functions.Pools;

/// <summary>
/// The placement ledger of one cluster, by its configured id. One operation at a time, so that two tenants never get the
/// same room and no pool is made twice. The rules are <see cref="PlacementLedger"/>'s.
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

    /// <summary>Reserves room. Asked again for the same life of a tenant, it answers with the same room.</summary>
    public ReserveAnswer Reserve(ReserveRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        (State, var answer, var work) = PlacementLedger.Reserve(State, request);
        Start(work, request.Timing);
        return answer;
    }

    /// <summary>Gives room free. The pool goes with its last tenant.</summary>
    public ReleaseAnswer Release(ReleaseRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        (State, var answer, var work) = PlacementLedger.Release(State, request);
        Start(work, request.Timing);
        return answer;
    }

    /// <summary>Takes in how making or deleting a pool ended.</summary>
    /// <returns>The orchestrations that wait for it. An entity can't send events, so the caller tells them.</returns>
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

    private void Start(PoolOperation? work, OperationTiming timing)
    {
        if (work is not null)
        {
            TaskName name = work.IsDeletion ? nameof(DeletePoolOrchestration) : nameof(CreatePoolOrchestration);
            Context.ScheduleNewOrchestration(name, new PoolJob(work.Pool, timing, work.NotBefore), StartOnce.OptionsFor(work.InstanceId));
        }
    }
}
