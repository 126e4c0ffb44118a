using k8s.Models;
using TenantSandbox.Core.Requests.Volumes;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>A ConfigMap of the request.</summary>
internal static class ConfigMapManifest
{
    public static V1ConfigMap ConfigMap(ConfigMapSpec map, DesiredTenant tenant, TenantSandboxOptions options) => new()
    {
        ApiVersion = "v1",
        Kind = "ConfigMap",
        Metadata = NamespaceManifest.Metadata(map.Name, tenant, options),
        Data = map.Data.Count == 0 ? null : new Dictionary<string, string>(map.Data),
    };
}
