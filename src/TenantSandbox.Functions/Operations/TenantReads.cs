using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Operations;

/// <summary>Answers GETs about one tenant.</summary>
internal static class TenantReads
{
    /// <summary>Answers from the tenant's state: 404 if there is none, and the backend's failures as problems.</summary>
    public static Task<IResult> AnswerAsync(
        HttpRequest request, DurableTaskClient client, string tenantId, Func<TenantState, Task<IResult>> answer, CancellationToken cancellationToken) =>
        BackendFailures.AnswerAsync(request, async () => await TenantStates.ReadAsync(client, tenantId, cancellationToken) is { } state
            ? await answer(state)
            : Problem.NotFound(request, "The tenant does not exist."));
}
