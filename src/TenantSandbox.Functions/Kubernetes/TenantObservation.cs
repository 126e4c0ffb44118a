using System.Text.Json.Serialization;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Tenants of one cluster to compare with what runs there.</summary>
/// <param name="ClusterId">The cluster.</param>
/// <param name="SizeClasses">The RuntimeClasses of their pools' template; tenants of pools with others belong into another page.</param>
/// <param name="Tenants">At most <see cref="MaxTenants"/>. A hundred keep the input below 16 KB.</param>
public sealed record InspectionPage(
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("sizeClasses")] IReadOnlyList<KataSizeClass> SizeClasses,
    [property: JsonPropertyName("tenants")] IReadOnlyList<InspectedTenant> Tenants)
{
    /// <summary>Most tenants in a page: their ids become one label selector, which is part of a URL.</summary>
    public const int MaxTenants = 200;
}

/// <summary>A tenant as it should be.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">Its incarnation.</param>
/// <param name="Revision">The revision that runs.</param>
/// <param name="PoolName">Its pool; null when it is suspended.</param>
/// <param name="SpecHash">The hash of the spec that runs.</param>
/// <param name="IsSuspended">Whether it is suspended.</param>
/// <param name="Expiry">When it expires; null for never.</param>
public sealed record InspectedTenant(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("poolName")] string? PoolName,
    [property: JsonPropertyName("specHash")] string SpecHash,
    [property: JsonPropertyName("isSuspended")] bool IsSuspended = false,
    [property: JsonPropertyName("expiry"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TenantExpiry? Expiry = null);

/// <summary>What was found.</summary>
/// <param name="Tenants">One observation for each tenant of the page, in its order.</param>
/// <param name="ApiCalls">Number of calls to the Kubernetes API.</param>
public sealed record InspectionReport(
    [property: JsonPropertyName("tenants")] IReadOnlyList<TenantObservation> Tenants,
    [property: JsonPropertyName("apiCalls")] int ApiCalls);

/// <summary>How a tenant differs from what it should be.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">The incarnation that was inspected.</param>
/// <param name="Namespace">The state of its namespace.</param>
/// <param name="ReadyPods">Pods of Deployments and StatefulSets that are ready.</param>
/// <param name="DesiredPods">Pods of Deployments and StatefulSets that should be; 0 when it is suspended.</param>
/// <param name="Findings">The differences, sorted by kind, object and field; empty when there is none.</param>
/// <param name="OmittedFindings">Number of further findings that were left out to keep the report small.</param>
public sealed record TenantObservation(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("namespace")] NamespaceCondition Namespace,
    [property: JsonPropertyName("readyPods")] int ReadyPods,
    [property: JsonPropertyName("desiredPods")] int DesiredPods,
    [property: JsonPropertyName("findings")] IReadOnlyList<Finding> Findings,
    [property: JsonPropertyName("omittedFindings")] int OmittedFindings = 0);

/// <summary>One difference between a tenant's desired and observed state.</summary>
/// <param name="Kind">What kind of difference.</param>
/// <param name="Object">Kind and name of the object, such as <c>Deployment/web</c>.</param>
/// <param name="Field">The field, such as <c>spec.replicas</c>; null when the finding is about the whole object.</param>
/// <param name="Message">What differs, for people, at most 200 characters. Contains no environment values.</param>
/// <param name="IsRepairable">Whether applying the tenant's namespace and workloads again repairs it.</param>
public sealed record Finding(
    [property: JsonPropertyName("kind")] FindingKind Kind,
    [property: JsonPropertyName("object")] string Object,
    [property: JsonPropertyName("field")] string? Field,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("isRepairable")] bool IsRepairable);

/// <summary>The state of a tenant's namespace.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NamespaceCondition>))]
public enum NamespaceCondition
{
    /// <summary>It is this incarnation's.</summary>
    [JsonStringEnumMemberName("present")] Present,

    /// <summary>There is none of this name.</summary>
    [JsonStringEnumMemberName("missing")] Missing,

    /// <summary>It belongs to another tenant, incarnation or installation, or to a person. It is not changed.</summary>
    [JsonStringEnumMemberName("foreign")] Foreign,

    /// <summary>It is this incarnation's and is being deleted.</summary>
    [JsonStringEnumMemberName("terminating")] Terminating,
}

/// <summary>Kinds of findings.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FindingKind>))]
public enum FindingKind
{
    /// <summary>The namespace is missing.</summary>
    [JsonStringEnumMemberName("namespaceMissing")] NamespaceMissing,

    /// <summary>The namespace isn't this incarnation's.</summary>
    [JsonStringEnumMemberName("namespaceForeign")] NamespaceForeign,

    /// <summary>The namespace is being deleted.</summary>
    [JsonStringEnumMemberName("namespaceTerminating")] NamespaceTerminating,

    /// <summary>The spec is not in the spec store, so nothing could be compared.</summary>
    [JsonStringEnumMemberName("specUnknown")] SpecUnknown,

    /// <summary>A pod in the namespace, of any origin, violates the restricted Pod Security Standard; a person must decide.</summary>
    [JsonStringEnumMemberName("podSecurity")] PodSecurity,

    /// <summary>A network policy that someone else made or changed opens more than the tenant's own policies, or nothing in the cluster enforces policies; a person must decide.</summary>
    [JsonStringEnumMemberName("networkOpened")] NetworkOpened,

    /// <summary>A secret can't be read from its vault any more: the Secret keeps its last value.</summary>
    [JsonStringEnumMemberName("secretUnreadable")] SecretUnreadable,

    /// <summary>The vault has a newer version of a secret.</summary>
    [JsonStringEnumMemberName("secretOutdated")] SecretOutdated,

    /// <summary>An object is missing.</summary>
    [JsonStringEnumMemberName("objectMissing")] ObjectMissing,

    /// <summary>An object with this incarnation's labels that the spec doesn't have.</summary>
    [JsonStringEnumMemberName("objectExtra")] ObjectExtra,

    /// <summary>A field of this system has another value.</summary>
    [JsonStringEnumMemberName("fieldChanged")] FieldChanged,

    /// <summary>Another field manager owns a field that this system applies; a person must decide.</summary>
    [JsonStringEnumMemberName("fieldOwnedByOther")] FieldOwnedByOther,

    /// <summary>A Deployment or StatefulSet has another number of replicas.</summary>
    [JsonStringEnumMemberName("scaled")] Scaled,

    /// <summary>A Gateway doesn't serve a route, or not with its Services.</summary>
    [JsonStringEnumMemberName("routeNotReady")] RouteNotReady,

    /// <summary>A claim has lost its volume, or is being deleted by someone else; a person must decide.</summary>
    [JsonStringEnumMemberName("claimLost")] ClaimLost,

    /// <summary>A pod is not ready.</summary>
    [JsonStringEnumMemberName("podNotReady")] PodNotReady,

    /// <summary>A pod runs on a node outside of the tenant's pool.</summary>
    [JsonStringEnumMemberName("podOutsidePool")] PodOutsidePool,

    /// <summary>A Job has failed. It is not run again before its part of the spec changes.</summary>
    [JsonStringEnumMemberName("jobFailed")] JobFailed,
}
