using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace TenantSandbox.Functions.Operations;

/// <summary>Shows one tenant; an offboarded one too, with its receipt. The ETag is the revision, for DELETE's If-Match.</summary>
internal sealed class GetTenant
{
    [Function(nameof(GetTenant))]
    public static async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "tenants/{tenantId}")] HttpRequest request,
        string tenantId,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        if (await TenantStates.ReadAsync(client, tenantId, cancellation) is not { } state)
            return Problem.NotFound(request, "There is no such tenant.");
        request.HttpContext.Response.Headers.ETag = $"\"{state.Revision}\"";
        return Json.Ok(request, TenantView.Of(state, request));
    }
}
