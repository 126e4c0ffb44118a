using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Operations;

/// <summary>Explains why a tenant is as it is: what it waits for, since when, what failed, and what happens next.</summary>
internal sealed class ExplainTenant(ReconcileSchedule reconcile)
{
    [Function(nameof(ExplainTenant))]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "tenants/{tenantId}/explain")] HttpRequest request,
        string tenantId,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        BackendFailures.AnswerAsync(request, () => AnswerAsync(request, tenantId, client, cancellationToken));

    private async Task<IResult> AnswerAsync(HttpRequest request, string tenantId, DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (await TenantStates.ReadAsync(client, tenantId, cancellationToken) is not { } state)
        {
            return Problem.NotFound(request, "The tenant does not exist.");
        }

        var instance = state.Operation is { } operation ? await client.GetInstanceAsync(operation.Id, getInputsAndOutputs: true, cancellationToken) : null;
        var waitedFor = await OperationViews.FindWaitedForAsync(client, instance, cancellationToken);
        return ApiResults.Ok(request, TenantExplanations.Of(state, instance, waitedFor, reconcile));
    }
}
