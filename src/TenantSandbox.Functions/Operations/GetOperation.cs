using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Operations;

/// <summary>Shows the progress of an operation. Only tenant operations and submissions are shown, not other instances of the task hub.</summary>
internal sealed partial class GetOperation(IOptions<RequestDoorOptions> options)
{
    [Function(nameof(GetOperation))]
    public Task<IResult> RunAsync(
        [HttpTrigger(HttpAuthentication.Level, "get", Route = "operations/{operationId}")] HttpRequest request,
        string operationId,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        BackendFailures.AnswerAsync(request, () => AnswerAsync(request, operationId, client, cancellationToken));

    private async Task<IResult> AnswerAsync(HttpRequest request, string operationId, DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (await ReadAsync(request, operationId, client, cancellationToken) is not { } view)
        {
            return Problem.NotFound(request, "The operation does not exist or was purged.");
        }

        if (!view.IsOver)
        {
            ApiResults.RetryAfter(request, options.Value.RetryAfterSeconds);
        }

        return ApiResults.Ok(request, view);
    }

    private static async Task<OperationView?> ReadAsync(HttpRequest request, string id, DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (SubmissionId().IsMatch(id))
        {
            return await client.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken) is { } submission && Submissions.Is(submission)
                ? OperationViews.OfSubmission(submission, request)
                : null;
        }

        if (!TenantOperation.TryParseId(id, out var tenantId, out var operationKind))
        {
            return null;
        }

        var kind = operationKind.ToWireName();
        if (await client.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken) is { } instance)
        {
            return OperationViews.Of(instance, tenantId, kind, await OperationViews.FindWaitedForAsync(client, instance, cancellationToken));
        }

        return await TenantStates.ReadAsync(client, tenantId, cancellationToken) is { } state ? OperationViews.OfState(state, id, kind) : null;
    }

    [GeneratedRegex(@"^req-[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex SubmissionId();
}
