using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Specs;

namespace TenantSandbox.Functions.Operations;

/// <summary>Shows one tenant, including an offboarded one with its receipt. The ETag is the revision, for If-Match of PUT and DELETE.</summary>
internal sealed class GetTenant(ISpecStore specs, TimeProvider time)
{
    [Function(nameof(GetTenant))]
    public Task<IResult> RunAsync(
        [HttpTrigger(HttpAuthentication.Level, "get", Route = "tenants/{tenantId}")] HttpRequest request,
        string tenantId,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        TenantReads.AnswerAsync(
            request,
            client,
            tenantId,
            async state =>
            {
                var (spec, conditions) = await ReadSpecAsync(state, cancellationToken);
                request.HttpContext.Response.Headers.ETag = $"\"{state.Revision}\"";
                return ApiResults.Ok(request, TenantView.Of(state, spec, conditions, request));
            },
            cancellationToken);

    // The condition is set here too, before the timer finds it.
    private async Task<(TenantSpec? Spec, IReadOnlyList<TenantCondition> Conditions)> ReadSpecAsync(TenantState state, CancellationToken cancellationToken)
    {
        if (state.InlineSpec is { } inline)
        {
            return (inline with { StoredExpiresAt = null }, state.Conditions);
        }

        if (state.Desired is not { } desired)
        {
            return (null, state.Conditions);
        }

        try
        {
            return (await specs.ReadAsync(desired.Hash, cancellationToken), state.Conditions);
        }
        catch (NotFoundException e)
        {
            return (null, state.Conditions.Set(TenantConditions.SpecUnknown, ConditionStatus.True, e.Code, e.Message, time.GetUtcNow()));
        }
    }
}
