using k8s.Models;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>The namespace of the installation's own pods in a cluster. No tenant is in it.</summary>
internal static class SystemNamespaceManifest
{
    public static string NameOf(TenantSandboxOptions options) => $"{options.Owner}-system";

    public static V1Namespace Namespace(TenantSandboxOptions options)
    {
        var metadata = Metadata(NameOf(options), options);
        (metadata.NamespaceProperty, metadata.Labels["pod-security.kubernetes.io/enforce"]) = (null, "restricted");
        return new V1Namespace { ApiVersion = "v1", Kind = "Namespace", Metadata = metadata };
    }

    /// <summary>The metadata of an object in the namespace.</summary>
    public static V1ObjectMeta Metadata(string name, TenantSandboxOptions options) => new()
    {
        Name = name,
        NamespaceProperty = NameOf(options),
        Labels = new Dictionary<string, string> { [Labels.ManagedBy] = Labels.Product, [Labels.PoliciesOf] = options.Owner },
    };
}
