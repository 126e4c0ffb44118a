using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Placement;

/// <summary>A pool template with a short key made of its content.</summary>
/// <param name="Key">The same for equal templates.</param>
/// <param name="Template">The template.</param>
public sealed record KeyedTemplate(
    [property: JsonPropertyName("key")] string Key,
    [property: JsonPropertyName("template")] PoolTemplate Template)
{
    /// <summary>Keys a template by its JSON: a record's own equality doesn't see into lists.</summary>
    public static KeyedTemplate Of(PoolTemplate template) =>
        new(Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(template)))[..16], template);
}
