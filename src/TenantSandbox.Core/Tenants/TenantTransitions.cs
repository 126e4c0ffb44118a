using System.Collections.Frozen;
using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Tenants;

/// <summary>Every move that a tenant can make. What isn't here can't happen.</summary>
public static class TenantTransitions
{
    private static readonly FrozenDictionary<(TenantPhase? From, TenantTrigger Trigger), TenantPhase> Table =
        new Dictionary<(TenantPhase? From, TenantTrigger Trigger), TenantPhase>
        {
            [(null, TenantTrigger.OnboardStarted)] = TenantPhase.Onboarding,
            [(TenantPhase.Offboarded, TenantTrigger.OnboardStarted)] = TenantPhase.Onboarding,
            [(TenantPhase.Failed, TenantTrigger.OnboardStarted)] = TenantPhase.Onboarding,
            [(TenantPhase.Onboarding, TenantTrigger.OnboardSucceeded)] = TenantPhase.Ready,
            [(TenantPhase.Onboarding, TenantTrigger.OnboardUndone)] = TenantPhase.Failed,
            [(TenantPhase.Onboarding, TenantTrigger.LeftOver)] = TenantPhase.TeardownFailed,
            [(TenantPhase.Ready, TenantTrigger.OffboardStarted)] = TenantPhase.Offboarding,
            [(TenantPhase.Failed, TenantTrigger.OffboardStarted)] = TenantPhase.Offboarding,
            [(TenantPhase.TeardownFailed, TenantTrigger.OffboardStarted)] = TenantPhase.Offboarding,
            [(TenantPhase.Offboarding, TenantTrigger.OffboardSucceeded)] = TenantPhase.Offboarded,
            [(TenantPhase.Offboarding, TenantTrigger.LeftOver)] = TenantPhase.TeardownFailed,
        }.ToFrozenDictionary();

    /// <summary>Whether <paramref name="trigger"/> is possible in a phase; null is a tenant that never was.</summary>
    public static bool Allows(TenantPhase? from, TenantTrigger trigger) => Table.ContainsKey((from, trigger));

    /// <summary>The phase that a move ends in.</summary>
    /// <exception cref="TenantTransitionException">The move isn't in the table.</exception>
    public static TenantPhase Next(TenantPhase? from, TenantTrigger trigger) =>
        Table.TryGetValue((from, trigger), out var to) ? to : throw new TenantTransitionException(from, trigger);
}

/// <summary>Where a tenant stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TenantPhase>))]
public enum TenantPhase
{
    /// <summary>Being put up.</summary>
    [JsonStringEnumMemberName("onboarding")] Onboarding,

    /// <summary>Up: every workload was seen available.</summary>
    [JsonStringEnumMemberName("ready")] Ready,

    /// <summary>Onboarding failed and everything it had made was undone. An onboarding with a higher revision tries again.</summary>
    [JsonStringEnumMemberName("failed")] Failed,

    /// <summary>Being taken down.</summary>
    [JsonStringEnumMemberName("offboarding")] Offboarding,

    /// <summary>Taking down (or undoing) ended before everything was seen gone; the last error names the blocker. Another offboarding tries again.</summary>
    [JsonStringEnumMemberName("teardownFailed")] TeardownFailed,

    /// <summary>Gone, and proven so. The state is kept as a tombstone: it fences off what comes late.</summary>
    [JsonStringEnumMemberName("offboarded")] Offboarded,
}

/// <summary>What moves a tenant from one phase to the next.</summary>
public enum TenantTrigger
{
    /// <summary>An onboarding was started.</summary>
    OnboardStarted,

    /// <summary>Every workload was seen available.</summary>
    OnboardSucceeded,

    /// <summary>Onboarding failed; everything it had made is gone.</summary>
    OnboardUndone,

    /// <summary>An offboarding was started.</summary>
    OffboardStarted,

    /// <summary>Everything was read as absent.</summary>
    OffboardSucceeded,

    /// <summary>Something may be left, whether undoing an onboarding or offboarding.</summary>
    LeftOver,
}

/// <summary>A tenant was asked to make a move that its transition table doesn't have: a defect, never an answer to a request.</summary>
/// <param name="from">The phase it is in; null for a tenant that never was.</param>
/// <param name="trigger">What was to move it.</param>
public sealed class TenantTransitionException(TenantPhase? from, TenantTrigger trigger)
    : InvalidOperationException($"A tenant in phase '{from?.ToString() ?? "none"}' can't go on by '{trigger}'.")
{
    /// <summary>The phase it is in; null for a tenant that never was.</summary>
    public TenantPhase? From { get; } = from;

    /// <summary>What was to move it.</summary>
    public TenantTrigger Trigger { get; } = trigger;
}
