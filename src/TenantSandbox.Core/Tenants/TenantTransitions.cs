using System.Collections.Frozen;
using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Tenants;

/// <summary>The transition table of a tenant. Transitions that aren't listed are impossible.</summary>
public static class TenantTransitions
{
    private static readonly FrozenDictionary<(TenantPhase? From, TenantTrigger Trigger), TenantPhase> Table =
        new Dictionary<(TenantPhase? From, TenantTrigger Trigger), TenantPhase>
        {
            [(null, TenantTrigger.OnboardStarted)] = TenantPhase.Onboarding,
            [(TenantPhase.Offboarded, TenantTrigger.OnboardStarted)] = TenantPhase.Onboarding,
            [(TenantPhase.Failed, TenantTrigger.OnboardStarted)] = TenantPhase.Onboarding,
            [(TenantPhase.Onboarding, TenantTrigger.OnboardSucceeded)] = TenantPhase.Ready,
            [(TenantPhase.Onboarding, TenantTrigger.OnboardCompensated)] = TenantPhase.Failed,
            [(TenantPhase.Onboarding, TenantTrigger.CleanupFailed)] = TenantPhase.TeardownFailed,
            [(TenantPhase.Ready, TenantTrigger.OffboardStarted)] = TenantPhase.Offboarding,
            [(TenantPhase.Failed, TenantTrigger.OffboardStarted)] = TenantPhase.Offboarding,
            [(TenantPhase.TeardownFailed, TenantTrigger.OffboardStarted)] = TenantPhase.Offboarding,
            [(TenantPhase.Offboarding, TenantTrigger.OffboardSucceeded)] = TenantPhase.Offboarded,
            [(TenantPhase.Offboarding, TenantTrigger.CleanupFailed)] = TenantPhase.TeardownFailed,
        }.ToFrozenDictionary();

    /// <summary>Whether <paramref name="trigger"/> is allowed in a phase; null stands for a tenant that doesn't exist yet.</summary>
    public static bool IsAllowed(TenantPhase? from, TenantTrigger trigger) => Table.ContainsKey((from, trigger));

    /// <summary>The phase after a transition.</summary>
    /// <exception cref="TenantTransitionException">The transition isn't in the table.</exception>
    public static TenantPhase Next(TenantPhase? from, TenantTrigger trigger) =>
        Table.TryGetValue((from, trigger), out var to) ? to : throw new TenantTransitionException(from, trigger);
}

/// <summary>Phase of a tenant.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TenantPhase>))]
public enum TenantPhase
{
    /// <summary>Being provisioned.</summary>
    [JsonStringEnumMemberName("onboarding")] Onboarding,

    /// <summary>Provisioned: every workload was observed as available.</summary>
    [JsonStringEnumMemberName("ready")] Ready,

    /// <summary>The onboarding failed and everything it had created was deleted. An onboarding with a higher revision retries.</summary>
    [JsonStringEnumMemberName("failed")] Failed,

    /// <summary>Being deprovisioned.</summary>
    [JsonStringEnumMemberName("offboarding")] Offboarding,

    /// <summary>Deprovisioning or compensation ended before everything was observed as absent; the last error says why. Another offboarding retries.</summary>
    [JsonStringEnumMemberName("teardownFailed")] TeardownFailed,

    /// <summary>Deprovisioned, with proof. The state is kept as a tombstone, so that late requests are recognized by their revision.</summary>
    [JsonStringEnumMemberName("offboarded")] Offboarded,
}

/// <summary>The event that causes a transition.</summary>
public enum TenantTrigger
{
    /// <summary>An onboarding was started.</summary>
    OnboardStarted,

    /// <summary>Every workload was observed as available.</summary>
    OnboardSucceeded,

    /// <summary>The onboarding failed, and everything it had created was deleted.</summary>
    OnboardCompensated,

    /// <summary>An offboarding was started.</summary>
    OffboardStarted,

    /// <summary>Everything was read as absent.</summary>
    OffboardSucceeded,

    /// <summary>An offboarding, or the compensation of an onboarding, failed: resources may be left over.</summary>
    CleanupFailed,
}

/// <summary>A transition that isn't in the table was requested: a defect in this system, never caused by a request.</summary>
/// <param name="from">The tenant's phase; null for a tenant that doesn't exist yet.</param>
/// <param name="trigger">The trigger.</param>
public sealed class TenantTransitionException(TenantPhase? from, TenantTrigger trigger)
    : InvalidOperationException($"Invalid transition: '{trigger}' in phase '{from?.ToString() ?? "none"}'.")
{
    /// <summary>The tenant's phase; null for a tenant that doesn't exist yet.</summary>
    public TenantPhase? From { get; } = from;

    /// <summary>The trigger.</summary>
    public TenantTrigger Trigger { get; } = trigger;
}
