using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Tenants;

/// <summary>
/// One tenant; the key is the tenant id. Handles requests one at a time, in order of arrival, and runs one operation at a
/// time. The rules are in <see cref="TenantStateMachine"/>. The state stays as a tombstone after offboarding. All operations are
/// idempotent: callers retry.
/// </summary>
public sealed class TenantEntity : TaskEntity<TenantState?>
{
    [Function(nameof(TenantEntity))]
    public static Task DispatchAsync([EntityTrigger] TaskEntityDispatcher dispatcher)
    {
        ArgumentNullException.ThrowIfNull(dispatcher);
        return dispatcher.DispatchAsync<TenantEntity>();
    }

    /// <summary>The entity's id for a tenant.</summary>
    public static EntityInstanceId IdOf(string tenantId) => new(nameof(TenantEntity), tenantId);

    /// <summary>Decides on a request of a sender, and starts or queues the operation that it asks for.</summary>
    public SubmitAnswer Submit(TenantCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        var (decision, answer) = TenantStateMachine.Submit(State, command);
        Apply(decision, command.SubmittedAt);
        return answer;
    }

    /// <summary>
    /// Decides on a command of an operator or a timer, and starts or queues the operation that it asks for. A cancel or skip is only
    /// recorded here: <see cref="ActOrchestration"/> sends it to the operation.
    /// </summary>
    public SubmitAnswer Act(OperatorCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        var (decision, answer) = TenantStateMachine.Act(State, command);
        Apply(decision, command.RequestedAt);
        return answer;
    }

    /// <summary>What a request would do; nothing is changed.</summary>
    public TenantPreview Preview(TenantCommand command) => TenantPreview.Of(State, command);

    /// <summary>What a command would do; nothing is changed.</summary>
    public TenantPreview PreviewAct(OperatorCommand command) => TenantPreview.Of(State, command);

    /// <summary>Records where the running operation is about to place something, so that it is found if the operation is lost.</summary>
    public void Attempt(PlacementAttempt attempt) => State = OperationOutcomes.Attempt(State, attempt);

    /// <summary>Whether the tenant's claim to a host name counts; nothing is changed.</summary>
    public bool UsesHostName(string host) => HostNameRules.IsUsed(State, host);

    /// <summary>Stores the outcome of the running operation and starts the next one. A repeated report changes nothing.</summary>
    public void Complete(OperationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        Apply(OperationOutcomes.Complete(State, report), report.EndedAt);
    }

    /// <summary>Does what <see cref="Complete"/> does, for an operation whose orchestration is gone.</summary>
    /// <returns>Whether the operation was the running one, so that its end is to be announced.</returns>
    public bool Settle(OperationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var isRunning = State?.Operation?.Id == report.OperationId;
        Apply(OperationOutcomes.Complete(State, report), report.EndedAt);
        return isRunning;
    }

    /// <summary>Stores what was observed; may start a reconcile operation, or quarantine the tenant.</summary>
    public TenantObservationAnswer Observe(TenantObservationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var (decision, answer) = TenantObservations.Observe(State, report);
        Apply(decision, report.ObservedAt);
        return answer;
    }

    /// <summary>Publishes the notice of an expiry, or carries it out, if it is due. Delayed signals and a timer call it.</summary>
    /// <param name="now">Current time, by the caller's clock; of a delayed signal, the time that it was scheduled for.</param>
    public void ExpireIfDue(DateTimeOffset now) => Apply(TenantExpiryRules.Expire(State, now), now);

    /// <summary>Drops the inline spec of the first version, now that it is stored under this hash.</summary>
    public void AdoptSpec(string hash) => State = TenantObservations.AdoptSpec(State, hash);

    /// <summary>Restores the tenant from what was found in a cluster.</summary>
    /// <returns>False when the tenant is known, so that nothing was changed.</returns>
    public bool Rebuild(TenantRebuild found)
    {
        ArgumentNullException.ThrowIfNull(found);
        if (State is not null)
        {
            return false;
        }

        Apply(new(TenantObservations.Rebuild(State, found), null), found.FoundAt);
        return true;
    }

    /// <summary>Shrinks a tombstone to what recognizes late requests; other states aren't changed.</summary>
    /// <returns>Whether it is a tombstone.</returns>
    public bool Compact()
    {
        State = TenantObservations.Compact(State);
        return State is { Phase: TenantPhase.Offboarded, Operation: null };
    }

    /// <summary>Null: a request about an unknown tenant need not leave any state.</summary>
    protected override TenantState? InitializeState(TaskEntityOperation entityOperation) => null;

    // The host ignores dedupe statuses of starts that come from entities: that an operation starts only once rests on the
    // tenant's state, which never uses an operation id twice.
    private void Apply(TenantDecision decision, DateTimeOffset at)
    {
        var armedBefore = State?.ExpiryCheckAt;
        // An onboarding brings an expiry that nothing has armed yet.
        State = decision.State is { } changed ? TenantExpiryRules.Arm(changed, at) : null;
        if (State is not { } tenant)
        {
            return;
        }

        if (decision.Start is { } operation)
        {
            Context.ScheduleNewOrchestration(
                $"{operation.Kind}Orchestration", OperationInput.Of(tenant, operation), new StartOrchestrationOptions(operation.Id));
        }

        if (decision.Notice is { } notice)
        {
            var input = new NoticeInput(tenant.TenantId, tenant.Incarnation, tenant.Revision, notice.EventType, [.. notice.Data.Select(d => new NoticeData(d.Key, d.Value))]);
            Context.ScheduleNewOrchestration(nameof(NoticeOrchestration), input, new StartOrchestrationOptions(NoticeOrchestration.IdOf(tenant, notice)));
        }

        if (tenant.ExpiryCheckAt is { } check && check != armedBefore)
        {
            Context.SignalEntity(IdOf(tenant.TenantId), nameof(ExpireIfDue), check, new SignalEntityOptions { SignalTime = check });
        }
    }
}
