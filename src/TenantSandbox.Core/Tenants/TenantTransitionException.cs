namespace TenantSandbox.Core.Tenants;

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
