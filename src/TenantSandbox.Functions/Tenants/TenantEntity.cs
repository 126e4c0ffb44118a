using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Requests;

namespace TenantSandbox.Functions.Tenants;

/// <summary>
/// One tenant, by its id: takes its requests one at a time, in the order they come in, and runs one operation at a time.
/// The rules are <see cref="TenantStateMachine"/>'s; its state outlives the tenant as a tombstone.
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

    /// <summary>Judges a request, and starts or queues what it asks for.</summary>
    public SubmitAnswer Submit(TenantCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        var (decision, answer) = TenantStateMachine.Submit(State, command);
        Apply(decision, command.SubmittedAt);
        return answer;
    }

    /// <summary>Takes in how the running operation ended, and starts the next. Told twice, it changes nothing.</summary>
    public void Complete(OperationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        Apply(TenantStateMachine.Complete(State, report), report.EndedAt);
    }

    /// <summary>A tenant that never was has no state, and a request about it need not leave any.</summary>
    protected override TenantState? InitializeState(TaskEntityOperation entityOperation) => null;

    private void Apply(TenantDecision decision, DateTimeOffset at)
    {
        State = decision.State;
        if (decision is not { Start: { } operation, State: { } tenant })
        {
            return;
        }

        var options = StartOnce.OptionsFor(operation.Id);
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
