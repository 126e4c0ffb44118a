using System.Globalization;
using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>
/// The cluster-internal Service of a workload that has ports. That of a StatefulSet is headless and needs none, unless another Service
/// names the pods.
/// </summary>
internal static class ServiceManifest
{
    /// <summary>Null when the workload has no ports, and no pods that need names.</summary>
    public static V1Service? Service(WorkloadSpec workload, DesiredTenant tenant, TenantSandboxOptions options)
    {
        var isHeadless = GoverningServices.IsOwn(workload);
        if (workload.Ports.Count == 0 && !isHeadless)
        {
            return null;
        }

        var metadata = NamespaceManifest.Metadata(workload.Name, tenant, options);
        metadata.Labels[Labels.Workload] = workload.Name;
        return new V1Service
        {
            ApiVersion = "v1",
            Kind = "Service",
            Metadata = metadata,
            Spec = new V1ServiceSpec
            {
                Type = "ClusterIP",
                ClusterIP = isHeadless ? GoverningServiceManifest.Headless : null,
                Selector = WorkloadManifest.Selector(workload),
                Ports = workload.Ports.Count > 0 ? [.. workload.Ports.Select(Port)] : null,
            },
        };
    }

    // Protocol is a key of the list in server-side apply; older API servers refuse an apply without it.
    public static V1ServicePort Port(WorkloadPort port) => new()
    {
        Name = port.Name ?? string.Create(CultureInfo.InvariantCulture, $"{port.Protocol.ToLowerInvariant()}-{port.Port}"),
        Port = port.Port,
        TargetPort = port.Port,
        Protocol = port.Protocol,
    };
}
