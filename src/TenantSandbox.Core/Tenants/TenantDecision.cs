namespace TenantSandbox.Core.Tenants;

/// <summary>What a command or a report leads to.</summary>
/// <param name="State">The tenant's state from now on; null when there is still no such tenant.</param>
/// <param name="Start">The operation to start now, already in <paramref name="State"/>; null for none.</param>
public sealed record TenantDecision(TenantState? State, TenantOperation? Start);
