using System.Text.Json.Serialization;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>A tenant with its placement: everything that the activities on Kubernetes need, so that they look up nothing.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">The incarnation, from 1. Objects carry it as a label; objects of another incarnation are never changed.</param>
/// <param name="Revision">The revision to apply.</param>
/// <param name="ClusterId">The cluster.</param>
/// <param name="PoolName">The agent pool that pods are bound to.</param>
/// <param name="SizeClasses">The pool template's kata RuntimeClasses; each workload gets the smallest that fits.</param>
/// <param name="Spec">The desired state.</param>
public sealed record PlacedTenant(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("poolName")] string PoolName,
    [property: JsonPropertyName("sizeClasses")] IReadOnlyList<KataSizeClass> SizeClasses,
    [property: JsonPropertyName("spec")] TenantSpec Spec);

/// <summary>The namespace of one incarnation of a tenant.</summary>
public sealed record TenantNamespaceRef(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("clusterId")] string ClusterId);

/// <summary>Whether a namespace is absent.</summary>
/// <param name="Gone">True when it was read as absent.</param>
/// <param name="Blocker">What holds it (finalizers, pods, conditions), for people; null when absent.</param>
public sealed record AbsenceObservation(
    [property: JsonPropertyName("gone")] bool Gone,
    [property: JsonPropertyName("blocker")] string? Blocker);
