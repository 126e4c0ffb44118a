using System.Globalization;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Core.Requests.Network;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>The Services of a workload. That of a StatefulSet is headless, unless another Service names the pods.</summary>
internal static class ServiceManifest
{
    /// <summary>Makes AKS give a load balancer an address of the virtual network (AKS documentation, "Internal load balancer").</summary>
    public const string InternalAnnotation = "service.beta.kubernetes.io/azure-load-balancer-internal";

    /// <exception cref="InvalidException">The settings don't allow a type, or not any more.</exception>
    public static IEnumerable<V1Service> Services(WorkloadSpec workload, DesiredTenant tenant, TenantSandboxOptions options) =>
        workload.EffectiveServices().Select(s => Service(s, workload, tenant, options));

    private static V1Service Service(ServiceSpec service, WorkloadSpec workload, DesiredTenant tenant, TenantSandboxOptions options)
    {
        var isInternal = RequireAllowed(service, options.Network);
        var metadata = NamespaceManifest.Metadata(service.Name, tenant, options);
        metadata.Labels[Labels.Workload] = workload.Name;
        if (isInternal)
        {
            metadata.Annotations = new Dictionary<string, string> { [InternalAnnotation] = "true" };
        }

        return new V1Service
        {
            ApiVersion = "v1",
            Kind = "Service",
            Metadata = metadata,
            Spec = new V1ServiceSpec
            {
                Type = service.Type.ToString(),
                ClusterIP = GoverningServices.IsOwn(workload) ? GoverningServiceManifest.Headless : null,
                // Otherwise connections come from a node's address, and policies can't tell whose they are.
                ExternalTrafficPolicy = service.Type == ServiceType.ClusterIP ? null : "Local",
                SessionAffinity = service.HasSessionAffinity ? "ClientIP" : null,
                Selector = WorkloadManifest.Selector(workload),
                Ports = service.Ports.Count > 0 ? [.. service.Ports.Select(Port)] : null,
            },
        };
    }

    // A stored request can be older than the settings.
    private static bool RequireAllowed(ServiceSpec service, NetworkOptions network)
    {
        var isAllowed = service.Type switch
        {
            ServiceType.NodePort => network.AllowNodePorts,
            ServiceType.LoadBalancer => network.LoadBalancers != LoadBalancerRule.None,
            _ => true,
        };
        return isAllowed
            ? service.Type == ServiceType.LoadBalancer && (service.IsInternal || network.LoadBalancers == LoadBalancerRule.Internal)
            : throw new InvalidException(
                "ServiceTypeDenied",
                $"Service {service.Name} can't be of type {service.Type}: see {TenantSandboxOptions.Section}__Network__LoadBalancers and __AllowNodePorts");
    }

    // Protocol is a key of the list in server-side apply; older API servers refuse an apply without it.
    public static V1ServicePort Port(ServicePortSpec port) => new()
    {
        Name = port.EffectiveName,
        Port = port.Port,
        TargetPort = port.TargetPort ?? port.Port.ToString(CultureInfo.InvariantCulture),
        Protocol = port.Protocol,
        AppProtocol = port.AppProtocol,
    };
}
