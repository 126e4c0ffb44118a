using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Http;

namespace TenantSandbox.Functions.Doors.Http;

/// <summary>The HTTP door for operators' commands about a tenant: suspend, resume, renew, reconcile, lift-quarantine, force-offboard.</summary>
internal sealed class PostTenantVerb(OperatorDoor door)
{
    [Function(nameof(PostTenantVerb))]
    public Task<IResult> RunAsync(
        [HttpTrigger(HttpAuthentication.Level, "post", Route = "tenants/{tenantId}/{verb}")] HttpRequest request,
        string tenantId,
        string verb,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        BackendFailures.AnswerAsync(request, () => AnswerAsync(request, tenantId, verb, client, cancellationToken));

    private async Task<IResult> AnswerAsync(HttpRequest request, string tenantId, string name, DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (!TenantVerbs.TryParse(name, out var verb) || !TenantVerbs.OfTenants.Contains(verb))
        {
            return Problem.NotFound(request, $"There is no such command. Commands about tenants: {string.Join(", ", TenantVerbs.OfTenants.Select(x => x.ToWireName()))}.");
        }

        return TenantRequestParser.ParseOffboard(tenantId, null).Request is null
            ? Problem.NotFound(request, "The tenant does not exist.")
            : await door.AnswerAsync(request, client, verb, tenantId, operationId: null, cancellationToken);
    }
}
