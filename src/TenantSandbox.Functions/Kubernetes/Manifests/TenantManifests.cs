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
    /// <param name="network">The cluster's network.</param>
    public static IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Guardrails(
        DesiredTenant tenant, TenantSandboxOptions options, ClusterNetwork network)
    {
        var denied = NetworkPolicyManifest.Denied(options, network);
        return
        [
            NamespaceManifest.ServiceAccount(tenant, options),
            .. IdentityManifest.ServiceAccounts(tenant, options),
            QuotaManifest.Quota(tenant, options),
            QuotaManifest.Limits(tenant, options),
            .. WorkloadPolicyManifest.Policies(tenant, options, denied),
            .. HostPolicyManifest.Policies(tenant, options, network, denied),
            NetworkPolicyManifest.Policy(tenant, options, network),
        ];
    }

    /// <summary>The objects that make the pods, one for each workload.</summary>
    public static IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Workloads(DesiredTenant tenant, TenantSandboxOptions options) =>
        [.. tenant.Spec.Workloads.Select(w => WorkloadManifest.Of(w, tenant, options))];

    /// <summary>The autoscalers of the workloads with a range of replicas; none while the tenant is suspended.</summary>
    public static IReadOnlyList<V2HorizontalPodAutoscaler> Autoscalers(DesiredTenant tenant, TenantSandboxOptions options) =>
        [.. tenant.Spec.Workloads.Select(w => AutoscalerManifest.Autoscaler(w, tenant, options)).OfType<V2HorizontalPodAutoscaler>()];

    /// <summary>The Services, those that name the pods of StatefulSets included.</summary>
    public static IReadOnlyList<V1Service> Services(DesiredTenant tenant, TenantSandboxOptions options) =>
    [
        .. tenant.Spec.Workloads.SelectMany(w => ServiceManifest.Services(w, tenant, options)),
        .. tenant.Spec.Workloads.Select(w => GoverningServiceManifest.Service(w, tenant, options)).OfType<V1Service>(),
    ];

    /// <summary>The routes to the workloads that are exposed.</summary>
    public static IReadOnlyList<HttpRoute> Routes(DesiredTenant tenant, TenantSandboxOptions options) =>
        [.. tenant.Spec.Workloads.Select(w => HttpRouteManifest.Route(w, tenant, options)).OfType<HttpRoute>()];

    /// <summary>What the workloads read and write: the ConfigMaps and claims of the spec.</summary>
    public static IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Volumes(DesiredTenant tenant, TenantSandboxOptions options) =>
    [
        .. (tenant.Spec.ConfigMaps ?? []).Select(m => ConfigMapManifest.ConfigMap(m, tenant, options)),
        .. (tenant.Spec.Claims ?? []).Select(c => ClaimManifest.Claim(c, tenant, options)),
    ];
}
