using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Tests.Model;

/// <summary>
/// What must be true of each tenant, whatever faults there were: a few rules about what was answered, written down without the app's
/// own transition table. Where a fault decides how an operation ends, the model allows each of the ends.
/// </summary>
internal sealed class LifecycleModel
{
    private readonly SortedDictionary<string, ModelTenant> _tenants = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, ModelTenant> Tenants => _tenants;

    /// <summary>Notes the answer to a request, and compares it with what the sender can rely on.</summary>
    /// <returns>What is wrong with the answer; null when nothing is.</returns>
    public string? Note(TenantRequest request, SubmitAnswer answer)
    {
        var known = _tenants.GetValueOrDefault(request.TenantId) ?? new ModelTenant();
        var isNew = request.Revision is not { } revision || revision > known.Revision;
        if (answer.Outcome is SubmitOutcome.Accepted or SubmitOutcome.Done)
        {
            if (!isNew)
            {
                return $"revision {request.Revision} was {answer.Outcome} although {known.Revision} was accepted before";
            }

            if (request.Kind == TenantRequestKind.Onboard && known is { IsWanted: true, MayHaveEnded: false })
            {
                return "a live tenant was onboarded again";
            }

            _tenants[request.TenantId] = known.After(request);
            return null;
        }

        if (answer.Outcome == SubmitOutcome.NotFound && known.Revision > 0 && known.WasOnboarded)
        {
            return "a tenant that was onboarded is not found";
        }

        if (answer.Outcome is SubmitOutcome.NotFound or SubmitOutcome.Gone && request is { Kind: TenantRequestKind.Offboard, Revision: { } fence } && isNew)
        {
            _tenants[request.TenantId] = known with { Revision = fence };
        }

        return null;
    }

    /// <summary>Notes that an operation of the tenant may have been ended by a person, or that the tenant may have expired.</summary>
    public void NoteDisturbed(string tenantId)
    {
        if (_tenants.TryGetValue(tenantId, out var known))
        {
            _tenants[tenantId] = known with { MayHaveEnded = true };
        }
    }

    /// <summary>What is wrong with a tenant once every fault is gone and maintenance has run; null when nothing is.</summary>
    public string? Check(string tenantId, TenantState? state)
    {
        var known = _tenants[tenantId];
        if (state is null)
        {
            return known.WasOnboarded ? "it is lost" : null;
        }

        if (state.Revision != known.Revision)
        {
            return $"its revision is {state.Revision}, not {known.Revision}";
        }

        TenantPhase[] allowed = known switch
        {
            { WasOnboarded: false } => [TenantPhase.Offboarded],
            { IsWanted: false } => [TenantPhase.Offboarded],
            { MayHaveEnded: true } => [TenantPhase.Ready, TenantPhase.Suspended, TenantPhase.Failed, TenantPhase.Offboarded],
            _ => [TenantPhase.Ready, TenantPhase.Suspended, TenantPhase.Failed],
        };
        return allowed.Contains(state.Phase) ? null : $"its phase is {state.Phase}, not one of {string.Join(", ", allowed)} ({state.LastError?.Code}: {state.LastError?.Message})";
    }
}

/// <summary>What is known of one tenant from the answers to its requests.</summary>
/// <param name="Revision">The highest revision that was accepted.</param>
/// <param name="IsWanted">Whether the last request that decides it was not an offboarding.</param>
/// <param name="WasOnboarded">Whether an onboarding was ever accepted.</param>
/// <param name="MayHaveEnded">Whether it may be offboarded or failed for a reason that no answer tells: an expiry, or a failed onboarding.</param>
internal sealed record ModelTenant(long Revision = 0, bool IsWanted = false, bool WasOnboarded = false, bool MayHaveEnded = false)
{
    public ModelTenant After(TenantRequest request)
    {
        var revised = this with { Revision = request.Revision ?? (request.Kind == TenantRequestKind.Offboard ? Revision : Revision) };
        return request.Kind switch
        {
            TenantRequestKind.Onboard => revised with { IsWanted = true, WasOnboarded = true, MayHaveEnded = true },
            TenantRequestKind.Offboard => revised with { IsWanted = false },
            _ => request.Expiry is null ? revised : revised with { MayHaveEnded = true },
        };
    }
}
