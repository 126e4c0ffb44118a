using k8s.Models;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes.Workloads;

/// <summary>A Service of a workload.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">ClusterIP, NodePort or LoadBalancer.</param>
/// <param name="Addresses">Addresses and names of its load balancer; empty for none, and until Azure has assigned one.</param>
/// <param name="Ports">Its ports.</param>
internal sealed record ServiceState(string Name, string Type, IReadOnlyList<string> Addresses, IReadOnlyList<ServicePortState> Ports)
{
    public static ServiceState Of(V1Service found) => new(
        found.Metadata.Name,
        found.Spec.Type,
        [.. (found.Status?.LoadBalancer?.Ingress ?? []).Select(i => i.Ip ?? i.Hostname).OfType<string>()],
        [.. (found.Spec.Ports ?? []).Select(Of)]);

    private static ServicePortState Of(V1ServicePort port) =>
        new(port.Name, port.Port, port.Protocol, port.TargetPort?.Value, port.NodePort is > 0 ? port.NodePort : null);
}

/// <summary>A port of a Service.</summary>
/// <param name="Target">Number or name of the pods' port.</param>
/// <param name="NodePort">The port of the nodes; null for none.</param>
internal sealed record ServicePortState(string? Name, int Port, string? Protocol, string? Target, int? NodePort);

/// <summary>The route to a workload.</summary>
/// <param name="Hosts">Its host names.</param>
/// <param name="State">What its Gateway says.</param>
internal sealed record ExposureState(IReadOnlyList<string> Hosts, RouteState State)
{
    public static ExposureState Of(HttpRoute found) => new(found.Spec?.Hostnames ?? [], RouteState.Of(found));
}
