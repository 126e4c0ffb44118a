using System.Collections.Frozen;

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
