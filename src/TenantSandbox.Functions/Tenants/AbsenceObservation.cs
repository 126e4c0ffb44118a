using System.Text.Json.Serialization;

namespace TenantSandbox.Functions.Tenants;

/// <summary>Whether something is gone.</summary>
/// <param name="Gone">True when read as absent.</param>
/// <param name="Blocker">What it still waits for (finalizers, pods, conditions), for people; null when gone.</param>
public sealed record AbsenceObservation(
    [property: JsonPropertyName("gone")] bool Gone,
    [property: JsonPropertyName("blocker")] string? Blocker);
