using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests;

/// <summary>A plain environment variable.</summary>
public sealed record EnvironmentVariable(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("value")] string Value);
