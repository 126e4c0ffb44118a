using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Pools;
using TenantSandbox.Functions.Specs;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Doors.Http;

/// <summary>
/// Answers a write with <c>dryRun=true</c>: what the tenant would answer, what would change, and where it would be placed. Reads states
/// and applies the same rules to them as the entities do; nothing is stored, submitted or reserved.
/// </summary>
internal sealed class DryRun(ISpecStore specs, PlacementForecast placements, TimeProvider time)
{
    private const string CommandId = "dry-run";

    /// <param name="http">The HTTP request.</param>
    /// <param name="client">Reads states.</param>
    /// <param name="request">The tenant request.</param>
    /// <param name="spec">Its desired state; null when its kind has none.</param>
    /// <param name="notes">What was changed in it; null for nothing.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    public async Task<IResult> AnswerAsync(
        HttpRequest http, DurableTaskClient client, TenantRequest request, TenantSpec? spec, IReadOnlyList<RequestNote>? notes, CancellationToken cancellationToken)
    {
        var state = await TenantStates.ReadAsync(client, request.TenantId, cancellationToken);
        var (decision, answer) = TenantStateMachine.Submit(state, new TenantCommand(CommandId, request, time.GetUtcNow(), RequestIdentity.HttpSource));
        var differences = spec is null || state is null ? [] : await CompareAsync(state, spec, request.Expiry, cancellationToken);
        return await ReportAsync(http, client, state, decision, answer, differences, notes, cancellationToken);
    }

    public async Task<IResult> AnswerAsync(HttpRequest http, DurableTaskClient client, OperatorCommand command, CancellationToken cancellationToken)
    {
        var state = await TenantStates.ReadAsync(client, command.TenantId, cancellationToken);
        var (decision, answer) = TenantStateMachine.Act(state, command with { CommandId = CommandId });
        IReadOnlyList<SpecChange> differences = command.Expiry is { } expiry && !TenantExpiry.IsSame(expiry, state?.Expiry) ? [ExpiryChange(state?.Expiry, expiry)] : [];
        return await ReportAsync(http, client, state, decision, answer, differences, null, cancellationToken);
    }

    private async Task<IResult> ReportAsync(
        HttpRequest http, DurableTaskClient client, TenantState? state, TenantDecision decision, SubmitAnswer answer,
        IReadOnlyList<SpecChange>? differences, IReadOnlyList<RequestNote>? notes, CancellationToken cancellationToken)
    {
        var operation = answer.Kind is TenantVerb.Cancel or TenantVerb.Skip ? null : PlannedOperation.Find(decision.State, answer);
        if (operation is not { Kind: TenantOperationKind.Onboard or TenantOperationKind.Update or TenantOperationKind.Resume, Spec: { } needed })
        {
            return ApiResults.Ok(http, DryRunView.Of(answer, operation, state, decision.State, differences, notes, new PlacementForecastView(null, []), []));
        }

        var forecast = await placements.OfAsync(
            client, answer.TenantId, operation.Incarnation, operation.Sequence, needed,
            operation.Kind == TenantOperationKind.Update ? state?.Placement : null, time.GetUtcNow(), cancellationToken);
        var taken = await FindTakenHostsAsync(client, answer.TenantId, needed, cancellationToken);
        return ApiResults.Ok(http, DryRunView.Of(answer, operation, state, decision.State, differences, notes, forecast, taken));
    }

    private static async Task<IReadOnlyList<RefusalView>> FindTakenHostsAsync(
        DurableTaskClient client, string tenantId, SpecRef spec, CancellationToken cancellationToken)
    {
        List<RefusalView> taken = [];
        foreach (var host in spec.Hosts ?? [])
        {
            var entity = await client.Entities.GetEntityAsync<HostNameClaim?>(HostNameEntity.IdOf(host), includeState: true, cancellationToken);
            if (entity is { IncludesState: true, State: { } holder } && holder.TenantId != tenantId
                && HostNameRules.IsUsed(await TenantStates.ReadAsync(client, holder.TenantId, cancellationToken), host))
            {
                taken.Add(new($"tenant {holder.TenantId}", ErrorClass.Invalid, HostNameRules.TakenCode, HostNameRules.DescribeTaken(host, holder.TenantId)));
            }
        }

        return taken;
    }

    /// <returns>Null when the spec that runs is not stored.</returns>
    private async Task<IReadOnlyList<SpecChange>?> CompareAsync(TenantState state, TenantSpec requested, TenantExpiry? expiry, CancellationToken cancellationToken)
    {
        if (state.Applied is null && state.InlineSpec is null)
        {
            return [];
        }

        try
        {
            var running = state.InlineSpec ?? await specs.ReadAsync(state.Applied!.Hash, cancellationToken);
            var changes = SpecChanges.Between(running with { StoredExpiresAt = null }, requested);
            return TenantExpiry.IsSame(expiry, state.Expiry) ? changes : [.. changes, ExpiryChange(state.Expiry, expiry)];
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    private static SpecChange ExpiryChange(TenantExpiry? before, TenantExpiry? after) =>
        new("/expiresAt", before is null ? SpecChangeKind.Added : after is null ? SpecChangeKind.Removed : SpecChangeKind.Changed);
}
