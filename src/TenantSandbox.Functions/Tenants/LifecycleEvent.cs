using System.Text.Json.Serialization;

namespace TenantSandbox.Functions.Tenants;

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
