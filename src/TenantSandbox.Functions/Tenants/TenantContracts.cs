using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Pools;

namespace TenantSandbox.Functions.Tenants;

/// <summary>A tenant in its place: everything the Kubernetes activities need, and nothing that they would have to look up.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">Which life of the tenant, from 1. Objects carry it as a label; what carries another one is not ours to touch.</param>
/// <param name="Revision">The revision being put in place.</param>
/// <param name="ClusterId">The cluster.</param>
/// <param name="PoolName">The agent pool that pods are bound to.</param>
/// <param name="RuntimeClassName">The kata RuntimeClass.</param>
/// <param name="PodOverheadMemoryMiB">What the RuntimeClass adds to each pod, for the quota.</param>
/// <param name="Spec">The desired state.</param>
public sealed record PlacedTenant(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("poolName")] string PoolName,
    [property: JsonPropertyName("runtimeClassName")] string RuntimeClassName,
    [property: JsonPropertyName("podOverheadMemoryMiB")] int PodOverheadMemoryMiB,
    [property: JsonPropertyName("spec")] TenantSpec Spec);

/// <summary>A tenant's namespace, for taking it down.</summary>
public sealed record TenantNamespaceRef(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("clusterId")] string ClusterId);

/// <summary>How far a rollout is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RolloutCondition>))]
public enum RolloutCondition
{
    [JsonStringEnumMemberName("progressing")] Progressing,
    [JsonStringEnumMemberName("ready")] Ready,
    [JsonStringEnumMemberName("failed")] Failed,
}

/// <summary>What a bounded watch of a tenant's Deployments saw last.</summary>
/// <param name="Condition">Ready only when every Deployment has all replicas updated and available at its newest generation.</param>
/// <param name="Detail">Which workload is waited for or failed, and why.</param>
public sealed record RolloutObservation(
    [property: JsonPropertyName("condition")] RolloutCondition Condition,
    [property: JsonPropertyName("detail")] string Detail);

/// <summary>Whether something is gone.</summary>
/// <param name="Gone">True when read as absent.</param>
/// <param name="Blocker">What it still waits for (finalizers, pods, conditions), for people; null when gone.</param>
public sealed record AbsenceObservation(
    [property: JsonPropertyName("gone")] bool Gone,
    [property: JsonPropertyName("blocker")] string? Blocker);

/// <summary>A lifecycle event to publish. The id is made by the orchestration, so that a retry publishes the same event.</summary>
/// <param name="Id">Unique and the same at every try.</param>
/// <param name="Type"><c>tenantsandbox.tenant.ready</c> and so on.</param>
/// <param name="Subject"><c>tenants/{id}</c> or <c>clusters/{id}/pools/{name}</c>.</param>
/// <param name="Time">When it happened, by the orchestration's clock.</param>
/// <param name="Data">The payload; no secret.</param>
public sealed record LifecycleEvent(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("subject")] string Subject,
    [property: JsonPropertyName("time")] DateTimeOffset Time,
    [property: JsonPropertyName("data")] IReadOnlyDictionary<string, string> Data);
