using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Operations;

/// <summary>Shows one tenant, including an offboarded one with its receipt. The ETag is the revision, for DELETE's If-Match.</summary>
internal sealed class GetTenant
{
    [Function(nameof(GetTenant))]
    public static Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "tenants/{tenantId}")] HttpRequest request,
        string tenantId,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        BackendFailures.AnswerAsync(request, () => AnswerAsync(request, tenantId, client, cancellationToken));

    private static async Task<IResult> AnswerAsync(HttpRequest request, string tenantId, DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (await TenantStates.ReadAsync(client, tenantId, cancellationToken) is not { } state)
        {
            return Problem.NotFound(request, "The tenant does not exist.");
        }

        request.HttpContext.Response.Headers.ETag = $"\"{state.Revision}\"";
        return ApiResults.Ok(request, TenantView.Of(state, request));
    }
}
