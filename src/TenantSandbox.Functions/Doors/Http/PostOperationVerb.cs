using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Http;

namespace TenantSandbox.Functions.Doors.Http;

/// <summary>The HTTP door for operators' commands about an operation: cancel, retry, skip, compensate.</summary>
internal sealed class PostOperationVerb(OperatorDoor door)
{
    [Function(nameof(PostOperationVerb))]
    public Task<IResult> RunAsync(
        [HttpTrigger(HttpAuthentication.Level, "post", Route = "operations/{operationId}/{verb}")] HttpRequest request,
        string operationId,
        string verb,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        BackendFailures.AnswerAsync(request, () => AnswerAsync(request, operationId, verb, client, cancellationToken));

    private async Task<IResult> AnswerAsync(HttpRequest request, string operationId, string name, DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (!TenantVerbs.TryParse(name, out var verb) || !TenantVerbs.OfOperations.Contains(verb))
        {
            return Problem.NotFound(request, $"There is no such command. Commands about operations: {string.Join(", ", TenantVerbs.OfOperations.Select(x => x.ToWireName()))}.");
        }

        return TenantOperation.TryParseId(operationId, out var tenantId, out _)
            ? await door.AnswerAsync(request, client, verb, tenantId, operationId, cancellationToken)
            : Problem.NotFound(request, "The operation does not exist.");
    }
}
