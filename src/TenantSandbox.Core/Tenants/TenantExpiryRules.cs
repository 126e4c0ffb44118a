using System.Globalization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>When a tenant looks at its expiry, and what it then does.</summary>
public static class TenantExpiryRules
{
    /// <summary>Durable backends deliver a delayed signal after a week at the latest; the tenant then looks again.</summary>
    public static readonly TimeSpan MaxDelay = TimeSpan.FromDays(5);

    /// <summary>The delay after an expiry that found the tenant unable to be offboarded or suspended.</summary>
    public static readonly TimeSpan RetryDelay = TimeSpan.FromHours(1);

    /// <summary>Carries out what is due: publishes the notice, then offboards or suspends. Calling it too early or again changes nothing.</summary>
    /// <param name="state">The tenant's state.</param>
    /// <param name="now">Current time, by the caller's clock: of the delayed signal, the time that it was scheduled for.</param>
    public static TenantDecision Expire(TenantState? state, DateTimeOffset now)
    {
        state = state?.Upgrade();
        if (state?.Expiry is not { } expiry)
        {
            return new(state is { ExpiryCheckAt: not null } ? state with { ExpiryCheckAt = null } : state, null);
        }

        var due = state with { ExpiryCheckAt = state.ExpiryCheckAt > now ? state.ExpiryCheckAt : null };
        if (expiry.ExpiresAt <= now && CanExpire(due))
        {
            var decision = Carry(due, expiry, now);
            return decision with { State = Arm(decision.State!, now) };
        }

        if (expiry.NoticeSeconds > 0 && expiry.NoticeAt <= now && due.ExpiryNoticeFor != expiry.ExpiresAt && CanExpire(due))
        {
            var notice = new TenantNotice(
                EventTypes.TenantExpiring,
                $"expiring:{Format(expiry.ExpiresAt)}",
                [new("expiresAt", Format(expiry.ExpiresAt)), new("onExpiry", expiry.OnExpiry == ExpiryAction.Suspend ? "suspend" : "offboard")]);
            return new(Arm(due with { ExpiryNoticeFor = expiry.ExpiresAt }, now), null, notice);
        }

        return new(Arm(due, now), null);
    }

    /// <summary>Sets when the tenant looks at its expiry next; the caller then sends the delayed signal.</summary>
    public static TenantState Arm(TenantState state, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Expiry is not { } expiry || !CanExpire(state))
        {
            return state;
        }

        var wanted = expiry.NoticeSeconds > 0 && state.ExpiryNoticeFor != expiry.ExpiresAt ? expiry.NoticeAt : expiry.ExpiresAt;
        // An expiry that is due was just tried, or will be when the running operation ends: that looks again by itself.
        var next = wanted <= now && expiry.ExpiresAt <= now ? now + RetryDelay : wanted <= now ? now : wanted;
        var capped = next > now + MaxDelay ? now + MaxDelay : next;
        return state.ExpiryCheckAt is { } armed && armed > now && armed <= capped ? state : state with { ExpiryCheckAt = capped };
    }

    internal static string Format(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    // After a failed teardown a person must act: trying again every hour would only repeat the failure.
    private static bool CanExpire(TenantState state) =>
        state.Phase is not (TenantPhase.Offboarded or TenantPhase.Offboarding or TenantPhase.TeardownFailed)
        && !(state is { Phase: TenantPhase.Suspended or TenantPhase.Suspending or TenantPhase.Failed, Expiry.OnExpiry: ExpiryAction.Suspend });

    private static TenantDecision Carry(TenantState state, TenantExpiry expiry, DateTimeOffset now)
    {
        var verb = expiry.OnExpiry == ExpiryAction.Suspend ? TenantVerb.Suspend : TenantVerb.Offboard;
        var phase = state.ProjectedPhase(state.KeptBy(verb));
        if (TenantRules.Of(phase, verb).Admission != Admission.Start || (verb == TenantVerb.Suspend && state.Desired is null))
        {
            return new(state, null);
        }

        var ask = new TenantAsk($"expire:{Format(expiry.ExpiresAt)}:{state.Sequence + 1}", state.TenantId, verb, "expiry", "expiry", now)
        {
            Reason = $"It expired at {Format(expiry.ExpiresAt)}.",
        };
        return TenantStateMachine.Decide(state, ask).Decision;
    }
}
