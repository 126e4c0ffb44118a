using System.Text.Json.Serialization;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Placement;

namespace TenantSandbox.Core.Tenants;

/// <summary>Where a tenant runs.</summary>
/// <param name="ClusterId">The cluster's configured id.</param>
/// <param name="Region">Its Azure region.</param>
/// <param name="PoolName">The agent pool; null when no reservation is held.</param>
/// <param name="Timing">The time-outs of its operations, as configured when the tenant was placed.</param>
/// <param name="Sequence">The operation whose reservation it is; null when the first version reserved it.</param>
/// <param name="SizeClasses">The kata RuntimeClasses of the pool's template; null when the first version placed the tenant, or in no pool.</param>
public sealed record TenantPlacement(
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("region")] string Region,
    [property: JsonPropertyName("poolName")] string? PoolName,
    [property: JsonPropertyName("timing")] OperationTiming Timing,
    [property: JsonPropertyName("sequence"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Sequence = null,
    [property: JsonPropertyName("sizeClasses"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<KataSizeClass>? SizeClasses = null);

/// <summary>A placement where something may be left. It is kept until the namespace, the reservation and the pool are confirmed absent.</summary>
/// <param name="Incarnation">The incarnation that was placed there.</param>
/// <param name="Placement">The placement.</param>
/// <param name="HasNamespace">Whether a namespace may be left; false for a reservation and its pool only.</param>
/// <param name="Reason">Why it is left, for people; null while the operation runs that placed it.</param>
/// <param name="Since">When it was recorded.</param>
public sealed record TenantLeftover(
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("placement")] TenantPlacement Placement,
    [property: JsonPropertyName("hasNamespace")] bool HasNamespace,
    [property: JsonPropertyName("reason")] string? Reason,
    [property: JsonPropertyName("since")] DateTimeOffset Since);

/// <summary>A placement that an operation is about to use, recorded first so that nothing is lost when the operation is.</summary>
/// <param name="OperationId">The operation.</param>
/// <param name="Leftover">The placement, as a leftover until the operation ends.</param>
public sealed record PlacementAttempt(
    [property: JsonPropertyName("operationId")] string OperationId,
    [property: JsonPropertyName("leftover")] TenantLeftover Leftover);
