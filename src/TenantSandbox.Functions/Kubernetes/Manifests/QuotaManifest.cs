using k8s.Models;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Requests.PodTemplates;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>The namespace's ResourceQuota and LimitRange.</summary>
internal static class QuotaManifest
{
    public const string Name = "tenant-quota";
    public const string LimitsName = "tenant-limits";

    /// <summary>
    /// Covers every replica with its overhead, and per workload the extra pods of an update: those that surge, or one that is
    /// terminating while its replacement starts, because terminating pods count. During an update it covers the former pods too:
    /// with a quota for the new ones alone, a Deployment whose pods become smaller could replace none of them.
    /// </summary>
    public static V1ResourceQuota Quota(DesiredTenant tenant, TenantSandboxOptions options)
    {
        var extra = Math.Max(1, options.Workloads.MaxSurge);
        var need = WithProbes(QuotaNeed.Of(tenant, extra), tenant, options);
        return new V1ResourceQuota
        {
            ApiVersion = "v1",
            Kind = "ResourceQuota",
            Metadata = NamespaceManifest.Metadata(Name, tenant, options),
            Spec = new V1ResourceQuotaSpec
            {
                Hard = Hard(need, StorageNeed.Of(tenant, extra)),
            },
        };
    }

    // One probe for each node that the tenant can use at once.
    private static QuotaNeed WithProbes(QuotaNeed need, DesiredTenant tenant, TenantSandboxOptions options)
    {
        if (!options.Verification.HasProbe)
        {
            return need;
        }

        var probes = Math.Min(need.Pods, options.FindMaxNodes(tenant.ClusterId));
        return need with
        {
            Pods = need.Pods + probes,
            CpuMillis = need.CpuMillis + (probes * VerificationOptions.ProbeCpuMillis),
            MemoryMiB = need.MemoryMiB + (probes * (VerificationOptions.ProbeMemoryMiB + ProbePodManifest.SizeClassOf(tenant).OverheadMemoryMiB)),
        };
    }

    // What nothing states isn't listed: a quota of today's tenants stays as it is.
    private static Dictionary<string, ResourceQuantity> Hard(QuotaNeed need, StorageNeed storage)
    {
        var hard = new Dictionary<string, ResourceQuantity>
        {
            ["pods"] = Quantities.Count(need.Pods),
            ["requests.cpu"] = Quantities.CpuMillis(need.CpuMillis),
            ["limits.cpu"] = Quantities.CpuMillis(need.CpuMillis),
            ["requests.memory"] = Quantities.MiB(need.MemoryMiB),
            ["limits.memory"] = Quantities.MiB(need.MemoryMiB),
            ["services"] = Quantities.Count(need.Services),
            ["services.nodeports"] = Quantities.Count(need.NodePorts),
            ["services.loadbalancers"] = Quantities.Count(need.LoadBalancers),
            ["persistentvolumeclaims"] = Quantities.Count(storage.Claims),
            ["configmaps"] = Quantities.Count(need.ConfigMaps),
            ["secrets"] = Quantities.Count(need.Secrets),
        };
        if (need.EphemeralMiB > 0)
        {
            hard["requests.ephemeral-storage"] = Quantities.MiB(need.EphemeralMiB);
            hard["limits.ephemeral-storage"] = Quantities.MiB(need.EphemeralMiB);
        }

        if (storage.Claims > 0)
        {
            hard["requests.storage"] = Quantities.MiB(storage.MiB);
        }

        foreach (var (name, claims, mebibytes) in storage.Classes)
        {
            hard[$"{name}.storageclass.storage.k8s.io/persistentvolumeclaims"] = Quantities.Count(claims);
            hard[$"{name}.storageclass.storage.k8s.io/requests.storage"] = Quantities.MiB(mebibytes);
        }

        return hard;
    }

    /// <summary>
    /// The guest is sized by limits and the scheduler plans by requests, so they must be equal. No defaults: a container
    /// without limits would silently get AKS's 512Mi guest, so it is refused. The least memory is that of a guest, or less where a
    /// container shares its guest with others.
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
                    Min = new Dictionary<string, ResourceQuantity> { ["memory"] = Quantities.MiB(LeastContainerMiB(tenant)) },
                    MaxLimitRequestRatio = new Dictionary<string, ResourceQuantity>
                    {
                        ["cpu"] = Quantities.Count(1),
                        ["memory"] = Quantities.Count(1),
                    },
                },
            ],
        },
    };

    private static int LeastContainerMiB(DesiredTenant tenant) => tenant.Spec.Workloads.Concat(tenant.Former?.Spec.Workloads ?? [])
        .Select(w => w.PodTemplate is { } template ? GuestSize.LeastContainerMiB(template) : w.MemoryMiB)
        .Append(KataSizing.MinMemoryMiB)
        .Min();
}
