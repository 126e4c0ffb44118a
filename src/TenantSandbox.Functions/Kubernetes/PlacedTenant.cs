using System.Text.Json.Serialization;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>A tenant with its placement. The activities on Kubernetes read the spec from the spec store and look up nothing else.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">The incarnation, from 1. Objects carry it as a label; objects of another incarnation are never changed.</param>
/// <param name="Revision">The revision to apply.</param>
/// <param name="ClusterId">The cluster.</param>
/// <param name="PoolName">The agent pool that pods are bound to; null only for a suspended tenant, which has no reservation.</param>
/// <param name="SizeClasses">The pool template's kata RuntimeClasses; each workload gets the smallest that fits.</param>
/// <param name="SpecHash">The hash of the desired state; null only where <paramref name="Spec"/> is given.</param>
/// <param name="Spec">The desired state itself: only in inputs that version 1 wrote.</param>
/// <param name="Former">
/// What still runs while this is rolled out; null for a new tenant, and once the rollout is complete. Its pods count in the quota
/// too, and if they are in another pool, new pods become ready before they are removed. After the rollout call ApplyNamespace and
/// ApplyWorkloads once more without it.
/// </param>
/// <param name="Expiry">When it expires; null for never.</param>
/// <param name="MovesFrom">For <c>CheckAdmission</c>: the other cluster that the tenant runs on; null for one that runs nowhere, or here.</param>
public sealed record PlacedTenant(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("poolName"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? PoolName,
    [property: JsonPropertyName("sizeClasses")] IReadOnlyList<KataSizeClass> SizeClasses,
    [property: JsonPropertyName("specHash"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? SpecHash,
    [property: JsonPropertyName("spec"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TenantSpec? Spec = null,
    [property: JsonPropertyName("former"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FormerPlacement? Former = null,
    [property: JsonPropertyName("expiry"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TenantExpiry? Expiry = null,
    [property: JsonPropertyName("movesFrom"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FormerCluster? MovesFrom = null)
{
    /// <summary>The namespace.</summary>
    [JsonIgnore]
    public TenantNamespaceRef Namespace => new(TenantId, Incarnation, ClusterId);
}

/// <summary>The cluster that a tenant would leave.</summary>
/// <param name="ClusterId">The cluster.</param>
/// <param name="HasClaims">Whether the spec that runs there has claims.</param>
public sealed record FormerCluster(
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("hasClaims"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool HasClaims = false);

/// <summary>What runs of a tenant before an update, or what the failed update left before it is returned to the previous revision.</summary>
/// <param name="SpecHash">The hash of its spec.</param>
/// <param name="PoolName">The pool of its pods in the same cluster.</param>
/// <param name="SizeClasses">That pool's RuntimeClasses.</param>
public sealed record FormerPlacement(
    [property: JsonPropertyName("specHash")] string SpecHash,
    [property: JsonPropertyName("poolName")] string? PoolName,
    [property: JsonPropertyName("sizeClasses")] IReadOnlyList<KataSizeClass> SizeClasses);

/// <summary>The namespace of one incarnation of a tenant.</summary>
public sealed record TenantNamespaceRef(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("clusterId")] string ClusterId);

/// <summary>Whether a namespace is absent.</summary>
/// <param name="Gone">True when it was read as absent.</param>
/// <param name="Blocker">What holds it (finalizers, pods, conditions), or a volume that isn't deleted yet, for people; null when absent.</param>
/// <param name="Volumes">The volumes of its claims, with what becomes of each; null for none that is known.</param>
public sealed record AbsenceObservation(
    [property: JsonPropertyName("gone")] bool Gone,
    [property: JsonPropertyName("blocker")] string? Blocker,
    [property: JsonPropertyName("volumes"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ReleasedVolume>? Volumes = null);
