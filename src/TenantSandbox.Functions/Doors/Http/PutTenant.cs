using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Net.Http.Headers;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Http;

namespace TenantSandbox.Functions.Doors.Http;

/// <summary>The HTTP door for updates: the body is the whole spec. Onboards nothing: a tenant that doesn't exist is not found.</summary>
internal sealed class PutTenant(HttpSubmission submission, DryRun dryRun, ImmutableChanges changes, InstallationRules rules, TimeProvider time)
{
    [Function(nameof(PutTenant))]
    public Task<IResult> RunAsync(
        [HttpTrigger(HttpAuthentication.Level, "put", Route = "tenants/{tenantId}")] HttpRequest request,
        string tenantId,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        BackendFailures.AnswerAsync(request, () => AnswerAsync(request, tenantId, client, cancellationToken));

    private async Task<IResult> AnswerAsync(HttpRequest request, string tenantId, DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (WriteOptions.TryRead(request, out var options) is { } badOption)
        {
            return badOption;
        }

        if (RevisionCondition.TryRead(request, out var expected) is { } badCondition)
        {
            return badCondition;
        }

        var (utf8, problem) = await HttpBody.ReadAsync(request, cancellationToken);
        if (problem is not null)
        {
            return problem;
        }

        var result = TenantRequestParser.ParseUpdate(utf8, tenantId, expected + 1, time.GetUtcNow(), rules);
        if (result.Request is not { } update)
        {
            return Problem.Of(request, result.Faults);
        }

        if (expected is { } current)
        {
            if (update.Revision != current + 1)
            {
                return Problem.BadParameter(request, HeaderNames.IfMatch, "already names the revision; omit \"revision\" from the body.");
            }

            if (await RevisionCondition.CheckAsync(request, client, tenantId, current, options.Identity, options.IsKeyed, cancellationToken) is { } failed)
            {
                return failed;
            }
        }

        if (await changes.FindAsync(client, update, result.Spec, cancellationToken) is { Count: > 0 } immutable)
        {
            return Problem.Of(request, immutable);
        }

        return options.IsDryRun
            ? await dryRun.AnswerAsync(request, client, update, result.Spec, result.Notes, cancellationToken)
            : await submission.SubmitAsync(request, client, options.Identity, update, result.Spec, result.Notes, cancellationToken);
    }
}
