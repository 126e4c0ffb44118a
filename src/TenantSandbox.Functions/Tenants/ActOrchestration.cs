using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Tenants;

/// <summary>
/// Submits one command of an operator to its tenant and returns the tenant's answer. A cancel or skip that the tenant accepts is
/// then sent to the running operation, because entities can't send events; so is the cancellation of an offboarding that a forced one
/// takes over.
/// </summary>
public static class ActOrchestration
{
    [Function(nameof(ActOrchestration))]
    public static async Task<SubmitAnswer> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, OperatorCommand command)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(command);
        var answer = await context.ActAsync(command with { RequestedAt = context.Now() });
        if (answer is { Outcome: SubmitOutcome.Accepted, OperationId: { } operationId } && EventOf(command.Verb) is { } name)
        {
            context.SendEvent(operationId, name, command);
        }

        if (answer.CanceledOperationId is { } running)
        {
            context.SendEvent(running, OperatorCommand.CancelEvent, command);
        }

        return answer;
    }

    private static string? EventOf(TenantVerb verb) => verb switch
    {
        TenantVerb.Cancel => OperatorCommand.CancelEvent,
        TenantVerb.Skip => OperatorCommand.SkipEvent,
        _ => null,
    };
}
