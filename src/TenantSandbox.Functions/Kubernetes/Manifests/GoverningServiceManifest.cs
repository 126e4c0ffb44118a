using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Core.Requests.Network;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>The headless Service that gives a StatefulSet's pods their names, where it isn't the workload's own.</summary>
internal static class GoverningServiceManifest
{
    /// <summary>The cluster IP of a headless Service.</summary>
    public const string Headless = "None";

    /// <summary>Null when the workload's own Service is the governing one, and for other kinds.</summary>
    public static V1Service? Service(WorkloadSpec workload, DesiredTenant tenant, TenantSandboxOptions options)
    {
        if (!GoverningServices.IsSeparate(workload))
        {
            return null;
        }

        var metadata = NamespaceManifest.Metadata(GoverningServices.NameOf(workload), tenant, options);
        metadata.Labels[Labels.Workload] = workload.Name;
        return new V1Service
        {
            ApiVersion = "v1",
            Kind = "Service",
            Metadata = metadata,
            Spec = new V1ServiceSpec
            {
                Type = "ClusterIP",
                ClusterIP = Headless,
                // Clients use the other Service. Through this one pods find their peers before they are ready.
                PublishNotReadyAddresses = true,
                Selector = WorkloadManifest.Selector(workload),
                Ports = workload.Ports.Count > 0 ? [.. workload.Ports.Select(p => ServiceManifest.Port(ServicePortSpec.Of(p)))] : null,
            },
        };
    }
}
