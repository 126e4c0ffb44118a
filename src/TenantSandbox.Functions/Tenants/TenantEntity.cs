using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Tenants;

/// <summary>
/// One tenant; the key is the tenant id. Handles requests one at a time, in order of arrival, and runs one operation at a
/// time. The rules are in <see cref="TenantStateMachine"/>. The state stays as a tombstone after offboarding. Both operations are
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

    /// <summary>Decides on a request, and starts or queues the operation that it asks for.</summary>
    public SubmitAnswer Submit(TenantCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        var (decision, answer) = TenantStateMachine.Submit(State, command);
        Apply(decision, command.SubmittedAt);
        return answer;
    }

    /// <summary>Stores the outcome of the running operation and starts the next one. A repeated report changes nothing.</summary>
    public void Complete(OperationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        Apply(TenantStateMachine.Complete(State, report), report.EndedAt);
    }

    /// <summary>Null: a request about an unknown tenant need not leave any state.</summary>
    protected override TenantState? InitializeState(TaskEntityOperation entityOperation) => null;

    // The host ignores dedupe statuses of starts that come from entities: that an operation starts only once rests on the
    // tenant's state, which never uses an operation id twice.
    private void Apply(TenantDecision decision, DateTimeOffset at)
    {
        State = decision.State;
        if (decision is not { Start: { } operation, State: { } tenant })
        {
            return;
        }

        var options = new StartOrchestrationOptions(operation.Id);
        if (operation.Kind == TenantRequestKind.Onboard)
        {
            var input = new OnboardInput(tenant.TenantId, tenant.Incarnation, operation.Revision, tenant.Spec!, at);
            Context.ScheduleNewOrchestration(nameof(OnboardOrchestration), input, options);
        }
        else
        {
            var input = new OffboardInput(tenant.TenantId, tenant.Incarnation, operation.Revision, tenant.Placement, at);
            Context.ScheduleNewOrchestration(nameof(OffboardOrchestration), input, options);
        }
    }
}
