using k8s;
using k8s.Models;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>All objects of a tenant. What is applied and what reconciling compares with are rendered here.</summary>
internal static class TenantManifests
{
    /// <summary>The RuntimeClasses, which all tenants share.</summary>
    public static IReadOnlyList<V1RuntimeClass> RuntimeClasses(DesiredTenant tenant, TenantSandboxOptions options) =>
        [.. SizeClass.AllOf(tenant).Select(c => RuntimeClassManifest.RuntimeClass(c, KataNames.Of(options.KataNames)))];

    /// <summary>The objects that limit what the namespace's pods can do.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="options">All settings.</param>
    /// <param name="clusterRanges">The cluster's address ranges.</param>
    public static IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Guardrails(
        DesiredTenant tenant, TenantSandboxOptions options, IEnumerable<string> clusterRanges) =>
    [
        NamespaceManifest.ServiceAccount(tenant, options),
        .. IdentityManifest.ServiceAccounts(tenant, options),
        QuotaManifest.Quota(tenant, options),
        QuotaManifest.Limits(tenant, options),
        NetworkPolicyManifest.Policy(tenant, options, clusterRanges),
    ];

    /// <summary>The Deployments.</summary>
    public static IReadOnlyList<V1Deployment> Deployments(DesiredTenant tenant, TenantSandboxOptions options) =>
        [.. tenant.Spec.Workloads.Select(w => DeploymentManifest.Deployment(w, tenant, options))];

    /// <summary>The Services of the workloads that have ports.</summary>
    public static IReadOnlyList<V1Service> Services(DesiredTenant tenant, TenantSandboxOptions options) =>
        [.. tenant.Spec.Workloads.Select(w => ServiceManifest.Service(w, tenant, options)).OfType<V1Service>()];
}
