using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using TenantSandbox.Functions.Http;

namespace TenantSandbox.Functions.Operations;

/// <summary>Explains why a tenant is as it is: what it waits for, since when, what failed, and what happens next.</summary>
internal sealed class ExplainTenant(ReconcileSchedule reconcile)
{
    [Function(nameof(ExplainTenant))]
    public Task<IResult> RunAsync(
        [HttpTrigger(HttpAuthentication.Level, "get", Route = "tenants/{tenantId}/explain")] HttpRequest request,
        string tenantId,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        TenantReads.AnswerAsync(
            request,
            client,
            tenantId,
            async state =>
            {
                var instance = state.Operation is { } operation ? await client.GetInstanceAsync(operation.Id, getInputsAndOutputs: true, cancellationToken) : null;
                var waitedFor = await OperationViews.FindWaitedForAsync(client, instance, cancellationToken);
                return ApiResults.Ok(request, TenantExplanations.Of(state, instance, waitedFor, reconcile));
            },
            cancellationToken);
}
