using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests.Volumes;

/// <summary>Files and variables that the request brings, which become a ConfigMap of the tenant.</summary>
/// <param name="Name">The sender's name of it, a DNS name, unique within the tenant.</param>
/// <param name="Data">Texts by key, sorted by key; up to 100.</param>
public sealed record ConfigMapSpec(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("data")] IReadOnlyDictionary<string, string> Data)
{
    /// <summary>Only the name and the number of keys: the texts may be confidential.</summary>
    public override string ToString() => $"{nameof(ConfigMapSpec)} {Name} with {Data.Count} keys";
}
