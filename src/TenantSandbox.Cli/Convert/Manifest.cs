using k8s;
using k8s.Models;

namespace TenantSandbox.Cli.Convert;

/// <summary>One document of Kubernetes YAML.</summary>
/// <param name="Source">The file that it came from, for messages.</param>
/// <param name="Kind">Its kind, as in <c>Deployment</c>.</param>
/// <param name="Name">Its name; empty if it has none.</param>
/// <param name="Content">The object; null if the converter doesn't know the kind.</param>
internal sealed record Manifest(string Source, string Kind, string Name, object? Content)
{
    /// <summary>How messages name it: <c>Deployment/web</c>.</summary>
    public string Id => $"{Kind}/{Name}";
}

/// <summary>What every Kubernetes object starts with.</summary>
internal sealed class ManifestHeader : KubernetesObject
{
    public V1ObjectMeta? Metadata { get; set; }
}

/// <summary>A file that is no Kubernetes YAML.</summary>
internal sealed class ManifestException(string message, Exception? inner = null) : Exception(message, inner);
