using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Http.Access;

namespace TenantSandbox.Functions.Doors.Http;

/// <summary>Reads operators' commands and submits them. With keys the actor is whom the body states; with Microsoft Entra ID it is the principal.</summary>
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
            options.Identity.ToInstanceId(), tenantId, verb, Caller.ActorOf(request, read.Actor), read.Reason, now, RequestIdentity.HttpSource, operationId,
            read.Expiry, read.Finalizers, read.ContentHash);
        return options.IsDryRun
            ? await dryRun.AnswerAsync(request, client, command, cancellationToken)
            : await submission.ActAsync(request, client, command, cancellationToken);
    }
}
