using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Operations;

/// <summary>Shows what happened to a tenant: from its state, and from the instances in the task hub that haven't been purged.</summary>
internal sealed class GetTenantHistory
{
    [Function(nameof(GetTenantHistory))]
    public static Task<IResult> RunAsync(
        [HttpTrigger(HttpAuthentication.Level, "get", Route = "tenants/{tenantId}/history")] HttpRequest request,
        string tenantId,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        TenantReads.AnswerAsync(
            request,
            client,
            tenantId,
            async state =>
            {
                var instances = await TenantInstances.ReadAsync(client, tenantId, cancellationToken);
                return ApiResults.Ok(request, TenantHistories.Of(state, instances, request));
            },
            cancellationToken);
}
