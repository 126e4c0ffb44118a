using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests.Secrets;

/// <summary>A Kubernetes Secret of the tenant whose values are read from Key Vault. Specs name the values' addresses, never the values.</summary>
/// <param name="Name">Name of the Kubernetes Secret, unique within the tenant.</param>
/// <param name="Items">
/// For each key the address of a secret, in canonical form and sorted by key. Without a version, the value is renewed when the vault has a newer one.
/// </param>
/// <param name="Rollout">Whether the pods that use it are replaced when a value is renewed.</param>
/// <param name="Type">The Secret's type; null for <c>Opaque</c>.</param>
public sealed record SecretRef(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("items")] IReadOnlyDictionary<string, string> Items,
    [property: JsonPropertyName("rollout"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Rollout = false,
    [property: JsonPropertyName("type"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Type = null)
{
    /// <summary>The type of Secrets with any content.</summary>
    public const string Opaque = "Opaque";

    /// <summary>The type of Secrets with which images are pulled.</summary>
    public const string PullSecret = "kubernetes.io/dockerconfigjson";

    /// <summary>The only key of a <see cref="PullSecret"/>.</summary>
    public const string PullSecretKey = ".dockerconfigjson";

    /// <summary>Each key with its address.</summary>
    public IEnumerable<(string Key, SecretUri Uri)> Addresses() => Items.Select(i => SecretUri.TryParse(i.Value, out var uri)
        ? (i.Key, uri)
        : throw new InvalidOperationException($"Secret {Name} was stored with {i.Key} that is no address."));
}

/// <summary>A key of one of the tenant's Secrets as the value of an environment variable.</summary>
/// <param name="Name">Name of the <see cref="SecretRef"/>.</param>
/// <param name="Key">The key.</param>
public sealed record SecretKeyRef([property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("key")] string Key);

/// <summary>All keys of one of the tenant's Secrets as environment variables.</summary>
/// <param name="SecretRef">Which Secret.</param>
/// <param name="Prefix">What the variables' names begin with; null for nothing.</param>
public sealed record SecretEnvSource(
    [property: JsonPropertyName("secretRef")] SecretName SecretRef,
    [property: JsonPropertyName("prefix"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Prefix = null);

/// <summary>The keys of one of the tenant's Secrets as files.</summary>
/// <param name="Name">Name of the <see cref="SecretRef"/>.</param>
/// <param name="MountPath">Absolute path of the folder.</param>
public sealed record SecretMount([property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("mountPath")] string MountPath);

/// <summary>The name of one of the tenant's Secrets.</summary>
public sealed record SecretName([property: JsonPropertyName("name")] string Name);
