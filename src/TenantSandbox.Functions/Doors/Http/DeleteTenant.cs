using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Net.Http.Headers;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Doors.Http;

/// <summary>The HTTP door for offboarding.</summary>
internal sealed class DeleteTenant(HttpSubmission submission)
{
    [Function(nameof(DeleteTenant))]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "tenants/{tenantId}")] HttpRequest request,
        string tenantId,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        BackendFailures.AnswerAsync(request, () => AnswerAsync(request, tenantId, client, cancellationToken));

    private async Task<IResult> AnswerAsync(HttpRequest request, string tenantId, DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (!IdempotencyKey.TryRead(request, out var identity, out var isKeyed))
        {
            return Problem.BadParameter(request, IdempotencyKey.Header, "must be given once, with 1 to 128 printable ASCII characters and no space.");
        }

        var revision = request.Query.TryGetValue("revision", out var given) ? given.ToString() : null;
        var result = TenantRequestParser.ParseOffboard(tenantId, revision);
        if (result.Request is null)
        {
            return Problem.Invalid(request, result.Faults);
        }

        if (!request.Headers.TryGetValue(HeaderNames.IfMatch, out var condition))
        {
            return await submission.SubmitAsync(request, client, identity, result.Request, cancellationToken);
        }

        if (revision is not null)
        {
            return Problem.BadParameter(request, HeaderNames.IfMatch, "already names the revision; omit the query parameter.");
        }

        if (ReadRevision(condition.ToString()) is not { } expected)
        {
            return Problem.BadParameter(request, HeaderNames.IfMatch, "must be one strong ETag of this tenant, like \"7\".");
        }

        // The next revision: if another request is accepted in between, the tenant refuses this one as stale.
        var conditional = TenantRequestParser.ParseOffboard(tenantId, (expected + 1).ToString(CultureInfo.InvariantCulture)).Request!;
        var isRepeat = isKeyed && await client.GetInstanceAsync(identity.ToInstanceId(), getInputsAndOutputs: false, cancellationToken) is not null;
        if (!isRepeat)
        {
            if (await TenantStates.ReadAsync(client, tenantId, cancellationToken) is not { } state)
            {
                return Problem.NotFound(request, "The tenant does not exist.");
            }

            if (state.Revision != expected)
            {
                return Problem.PreconditionFailed(request, state.Revision);
            }
        }

        return await submission.SubmitAsync(request, client, identity, conditional, cancellationToken);
    }

    private static long? ReadRevision(string condition) =>
        condition.Length > 2 && condition[0] == '"' && condition[^1] == '"'
        && long.TryParse(condition.AsSpan(1, condition.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
        && revision is >= 0 and < RequestLimits.MaxRevision
            ? revision
            : null;
}
