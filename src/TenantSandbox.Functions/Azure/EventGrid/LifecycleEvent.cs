using System.Text.Json.Serialization;

namespace TenantSandbox.Functions.Azure.EventGrid;

/// <summary>A lifecycle event to publish.</summary>
/// <param name="Id">Unique, and the same in every retry; made by the orchestration.</param>
/// <param name="Type">For example <c>tenantsandbox.tenant.ready</c>.</param>
/// <param name="Subject"><c>tenants/{id}</c> or <c>clusters/{id}/pools/{name}</c>.</param>
/// <param name="Time">When it happened, by the orchestration's clock.</param>
/// <param name="Data">The payload; no secret.</param>
public sealed record LifecycleEvent(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("subject")] string Subject,
    [property: JsonPropertyName("time")] DateTimeOffset Time,
    [property: JsonPropertyName("data")] IReadOnlyDictionary<string, string> Data);
