using System.Text.Json.Serialization;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Whether a suspended tenant has no pods any more.</summary>
/// <param name="IsSuspended">True when none was left at the last read.</param>
/// <param name="Detail">Which pods are left and what holds them, for people.</param>
public sealed record SuspensionObservation(
    [property: JsonPropertyName("isSuspended")] bool IsSuspended,
    [property: JsonPropertyName("detail")] string Detail);
