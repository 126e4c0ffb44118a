using k8s.Models;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>The namespace's ResourceQuota and LimitRange.</summary>
internal static class QuotaManifest
{
    public const string Name = "tenant-quota";
    public const string LimitsName = "tenant-limits";

    /// <summary>
    /// Covers every replica with its overhead, and per workload the extra pods of an update: those that surge, or one that is
    /// terminating while its replacement starts, because terminating pods count.
    /// </summary>
    public static V1ResourceQuota Quota(DesiredTenant tenant, TenantSandboxOptions options)
    {
        var extra = Math.Max(1, options.Workloads.MaxSurge);
        long pods = 0, cpuMillis = 0, memoryMiB = 0;
        foreach (var workload in tenant.Spec.Workloads)
        {
            long count = workload.Replicas + extra;
            pods += count;
            cpuMillis += count * workload.CpuMillis;
            memoryMiB += count * (workload.MemoryMiB + SizeClass.Of(workload, tenant).OverheadMemoryMiB);
        }

        return new V1ResourceQuota
        {
            ApiVersion = "v1",
            Kind = "ResourceQuota",
            Metadata = NamespaceManifest.Metadata(Name, tenant, options),
            Spec = new V1ResourceQuotaSpec
            {
                Hard = new Dictionary<string, ResourceQuantity>
                {
                    ["pods"] = Quantities.Count(pods),
                    ["requests.cpu"] = Quantities.CpuMillis(cpuMillis),
                    ["limits.cpu"] = Quantities.CpuMillis(cpuMillis),
                    ["requests.memory"] = Quantities.MiB(memoryMiB),
                    ["limits.memory"] = Quantities.MiB(memoryMiB),
                    ["services"] = Quantities.Count(tenant.Spec.Workloads.Count(w => w.Ports.Count > 0)),
                    ["services.nodeports"] = Quantities.Count(0),
                    ["services.loadbalancers"] = Quantities.Count(0),
                    ["persistentvolumeclaims"] = Quantities.Count(0),
                },
            },
        };
    }

    /// <summary>
    /// The guest is sized by limits and the scheduler plans by requests, so they must be equal. No defaults: a container
    /// without limits would silently get AKS's 512Mi guest, so it is refused.
    /// </summary>
    public static V1LimitRange Limits(DesiredTenant tenant, TenantSandboxOptions options) => new()
    {
        ApiVersion = "v1",
        Kind = "LimitRange",
        Metadata = NamespaceManifest.Metadata(LimitsName, tenant, options),
        Spec = new V1LimitRangeSpec
        {
            Limits =
            [
                new V1LimitRangeItem
                {
                    Type = "Container",
                    Min = new Dictionary<string, ResourceQuantity> { ["memory"] = Quantities.MiB(KataSizing.MinMemoryMiB) },
                    MaxLimitRequestRatio = new Dictionary<string, ResourceQuantity>
                    {
                        ["cpu"] = Quantities.Count(1),
                        ["memory"] = Quantities.Count(1),
                    },
                },
            ],
        },
    };
}
