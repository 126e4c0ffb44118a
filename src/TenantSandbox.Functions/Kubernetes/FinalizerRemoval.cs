using System.Text.Json.Serialization;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Asks to remove finalizers that block the deletion of a tenant's namespace. A person has decided that.</summary>
/// <param name="Tenant">The namespace; only this incarnation's is changed, and only while it is being deleted.</param>
/// <param name="Finalizers">The finalizers to remove, such as <c>example.com/hold</c>; no other is touched.</param>
public sealed record FinalizerRemoval(
    [property: JsonPropertyName("tenant")] TenantNamespaceRef Tenant,
    [property: JsonPropertyName("finalizers")] IReadOnlyList<string> Finalizers);

/// <summary>What was removed.</summary>
/// <param name="Removed">One entry for each finalizer of an object, at most 50; empty when nothing had one of them.</param>
/// <param name="OmittedCount">Number of further removals.</param>
public sealed record RemovedFinalizers(
    [property: JsonPropertyName("removed")] IReadOnlyList<RemovedFinalizer> Removed,
    [property: JsonPropertyName("omittedCount")] int OmittedCount = 0);

/// <summary>A removed finalizer.</summary>
/// <param name="Object">Kind and name of the object that had it.</param>
/// <param name="Finalizer">The finalizer.</param>
public sealed record RemovedFinalizer(
    [property: JsonPropertyName("object")] string Object,
    [property: JsonPropertyName("finalizer")] string Finalizer);
