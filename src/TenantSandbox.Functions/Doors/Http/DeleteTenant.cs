using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Net.Http.Headers;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Http;

namespace TenantSandbox.Functions.Doors.Http;

/// <summary>The HTTP door for offboarding.</summary>
internal sealed class DeleteTenant(HttpSubmission submission, DryRun dryRun)
{
    [Function(nameof(DeleteTenant))]
    public Task<IResult> RunAsync(
        [HttpTrigger(HttpAuthentication.Level, "delete", Route = "tenants/{tenantId}")] HttpRequest request,
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

        var revision = request.Query.TryGetValue("revision", out var given) ? given.ToString() : null;
        var result = TenantRequestParser.ParseOffboard(tenantId, revision);
        if (result.Request is not { } offboarding)
        {
            return Problem.Invalid(request, result.Faults);
        }

        if (RevisionCondition.TryRead(request, out var expected) is { } badCondition)
        {
            return badCondition;
        }

        if (expected is { } current)
        {
            if (revision is not null)
            {
                return Problem.BadParameter(request, HeaderNames.IfMatch, "already names the revision; omit the query parameter.");
            }

            if (await RevisionCondition.CheckAsync(request, client, tenantId, current, options.Identity, options.IsKeyed, cancellationToken) is { } failed)
            {
                return failed;
            }

            offboarding = TenantRequestParser.ParseOffboard(tenantId, (current + 1).ToString(CultureInfo.InvariantCulture)).Request!;
        }

        return options.IsDryRun
            ? await dryRun.AnswerAsync(request, client, offboarding, null, null, cancellationToken)
            : await submission.SubmitAsync(request, client, options.Identity, offboarding, null, null, cancellationToken);
    }
}
