using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Asks for the namespaces with this installation's marks.</summary>
/// <param name="ClusterId">The cluster.</param>
/// <param name="Continuation">The previous page's; null for the first page.</param>
public sealed record NamespaceQuery(
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("continuation")] string? Continuation = null);

/// <summary>One page of namespaces.</summary>
/// <param name="Namespaces">Sorted by name.</param>
/// <param name="Continuation">Asks for the next page; null on the last one.</param>
public sealed record NamespacePage(
    [property: JsonPropertyName("namespaces")] IReadOnlyList<FoundNamespace> Namespaces,
    [property: JsonPropertyName("continuation")] string? Continuation);

/// <summary>A namespace that has this installation's labels.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its uid: a namespace that is made again under the same name has another.</param>
/// <param name="Owner">The installation.</param>
/// <param name="TenantId">The tenant that its label names; null when the label is missing.</param>
/// <param name="Incarnation">The incarnation that its label names; null when the label is missing or no number.</param>
/// <param name="Revision">The revision that was applied last; null on namespaces that version 1 made.</param>
/// <param name="SpecHash">The hash of the spec that was applied last; null on namespaces that version 1 made.</param>
/// <param name="PoolName">The tenant's pool; null when suspended, and on namespaces that version 1 made.</param>
/// <param name="IsSuspended">Whether the tenant is suspended.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="IsTerminating">Whether it is being deleted.</param>
/// <param name="Expiry">When the tenant expires; null for never, and on namespaces that an earlier version made.</param>
/// <param name="IsQuarantined">Whether the tenant's connections are closed, because it was not shown to be isolated.</param>
public sealed record FoundNamespace(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("uid")] string Uid,
    [property: JsonPropertyName("owner")] string Owner,
    [property: JsonPropertyName("tenantId")] string? TenantId,
    [property: JsonPropertyName("incarnation")] int? Incarnation,
    [property: JsonPropertyName("revision")] long? Revision,
    [property: JsonPropertyName("specHash")] string? SpecHash,
    [property: JsonPropertyName("poolName")] string? PoolName,
    [property: JsonPropertyName("isSuspended")] bool IsSuspended,
    [property: JsonPropertyName("createdAt")] DateTimeOffset CreatedAt,
    [property: JsonPropertyName("isTerminating")] bool IsTerminating,
    [property: JsonPropertyName("expiry"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TenantExpiry? Expiry = null,
    [property: JsonPropertyName("isQuarantined"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool IsQuarantined = false);
