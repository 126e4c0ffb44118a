using System.Text.Json.Serialization;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Tenants;

/// <summary>A tenant in its place: everything the Kubernetes activities need, and nothing that they would have to look up.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">Which life of the tenant, from 1. Objects carry it as a label; what carries another one is not ours to touch.</param>
/// <param name="Revision">The revision being put in place.</param>
/// <param name="ClusterId">The cluster.</param>
/// <param name="PoolName">The agent pool that pods are bound to.</param>
/// <param name="SizeClasses">The pool template's kata RuntimeClasses: each workload takes the smallest that holds it.</param>
/// <param name="Spec">The desired state.</param>
public sealed record PlacedTenant(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("poolName")] string PoolName,
    [property: JsonPropertyName("sizeClasses")] IReadOnlyList<KataSizeClass> SizeClasses,
    [property: JsonPropertyName("spec")] TenantSpec Spec);
