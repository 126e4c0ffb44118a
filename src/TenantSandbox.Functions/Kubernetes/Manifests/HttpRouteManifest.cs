using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>The route from the cluster's Gateway to a workload that is exposed. A suspended tenant keeps it, and the Gateway answers 503.</summary>
internal static class HttpRouteManifest
{
    /// <summary>Null when the workload isn't exposed.</summary>
    /// <exception cref="InvalidException">Code <c>GatewayMissing</c>: the cluster has no Gateway.</exception>
    public static HttpRoute? Route(WorkloadSpec workload, DesiredTenant tenant, TenantSandboxOptions options)
    {
        if (workload.Expose is not { } exposure)
        {
            return null;
        }

        var gateway = options.FindGateway(tenant.ClusterId) ?? throw Missing(tenant.ClusterId);
        var metadata = NamespaceManifest.Metadata(workload.Name, tenant, options);
        metadata.Labels[Labels.Workload] = workload.Name;
        return new HttpRoute
        {
            Metadata = metadata,
            Spec = new HttpRouteSpec(
                [new RouteParent(HttpRoute.ApiGroup, "Gateway", gateway.Namespace, gateway.Name!, gateway.SectionName)],
                exposure.Hosts,
                [
                    new HttpRouteRule(
                        [.. exposure.EffectivePaths.Select(p => new HttpRouteMatch(new HttpPathMatch("PathPrefix", p)))],
                        [new RouteBackend("", "Service", exposure.Service, exposure.Port, 1)]),
                ]),
        };
    }

    public static InvalidException Missing(string clusterId) => new(
        "GatewayMissing",
        $"cluster {clusterId} has no Gateway that workloads could be exposed by: set {TenantSandboxOptions.Section}__Network__Gateway__Name and __Namespace, "
        + $"or those of {TenantSandboxOptions.Section}__Clusters__<n>__Gateway");
}
