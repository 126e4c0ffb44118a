using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Http;

namespace TenantSandbox.Functions.Doors.Http;

/// <summary>Reads operators' commands and submits them. The actor is stated in the body; nobody has verified it.</summary>
internal sealed class OperatorDoor(HttpSubmission submission, DryRun dryRun, TimeProvider time)
{
    public async Task<IResult> AnswerAsync(
        HttpRequest request, DurableTaskClient client, TenantVerb verb, string tenantId, string? operationId, CancellationToken cancellationToken)
    {
        if (WriteOptions.TryRead(request, out var options) is { } badOption)
        {
            return badOption;
        }

        var (utf8, problem) = await HttpBody.ReadAsync(request, cancellationToken);
        if (problem is not null)
        {
            return problem;
        }

        var now = time.GetUtcNow();
        var (read, faults) = OperatorRequestParser.Parse(utf8, verb, operationId ?? tenantId, now);
        if (read is null)
        {
            return Problem.Of(request, faults);
        }

        var command = new OperatorCommand(
            options.Identity.ToInstanceId(), tenantId, verb, read.Actor, read.Reason, now, RequestIdentity.HttpSource, operationId, read.Expiry, read.Finalizers, read.ContentHash);
        return options.IsDryRun
            ? await dryRun.AnswerAsync(request, client, command, cancellationToken)
            : await submission.ActAsync(request, client, command, cancellationToken);
    }
}
