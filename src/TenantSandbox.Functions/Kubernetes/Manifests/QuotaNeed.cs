using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Core.Requests.Network;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>What a tenant's namespace must be allowed to use.</summary>
/// <param name="Pods">Number of pods.</param>
/// <param name="CpuMillis">CPU of all pods, in thousandths of a core.</param>
/// <param name="MemoryMiB">Memory of all pods, including overhead.</param>
/// <param name="Services">Number of Services.</param>
/// <param name="LoadBalancers">Number of those of type LoadBalancer.</param>
/// <param name="NodePorts">Number of ports that Services take on the nodes; those of load balancers count too.</param>
/// <param name="EphemeralMiB">Of the nodes' disks, by all pods that state it.</param>
/// <param name="ConfigMaps">Number of ConfigMaps, with those that clusters add.</param>
/// <param name="Secrets">Number of Secrets, with those that clusters add.</param>
internal sealed record QuotaNeed(
    long Pods, long CpuMillis, long MemoryMiB, int Services, int LoadBalancers, int NodePorts, long EphemeralMiB, int ConfigMaps, int Secrets)
{
    /// <summary>
    /// What clusters put into every namespace: <c>kube-root-ca.crt</c>, a service mesh its own (<c>istio-ca-root-cert</c>), and as many again.
    /// </summary>
    private const int ClusterObjects = 4;

    /// <param name="tenant">The tenant, with what still runs of it.</param>
    /// <param name="extra">Extra pods per workload.</param>
    public static QuotaNeed Of(DesiredTenant tenant, int extra)
    {
        var wanted = Groups(tenant.Spec, tenant.SizeClasses, tenant);
        var former = tenant.Former is { } before ? Groups(before.Spec, before.SizeClasses, tenant) : [];
        // In another pool all new pods start beside the former ones; in the same pool they replace them one after the other.
        var groups = tenant.IsMoving
            ? wanted.Concat(former)
            : wanted.Concat(former).GroupBy(g => g.Workload).Select(g => g.Aggregate((a, b) => a.Or(b)));
        // By name: during an update a Service is replaced in place.
        IGrouping<string, ServiceSpec>[] services =
        [
            .. tenant.Spec.Workloads.Concat(tenant.Former?.Spec.Workloads ?? [])
                .SelectMany(w => w.EffectiveServices())
                .GroupBy(s => s.Name, StringComparer.Ordinal),
        ];
        var all = groups.Select(g => (Count: (long)g.Replicas + extra, Group: g)).ToArray();
        return new QuotaNeed(
            all.Sum(g => g.Count),
            all.Sum(g => g.Count * g.Group.CpuMillis),
            all.Sum(g => g.Count * g.Group.MemoryMiB),
            services.Length + tenant.Spec.Workloads.Concat(tenant.Former?.Spec.Workloads ?? []).Where(GoverningServices.IsSeparate)
                .DistinctBy(GoverningServices.NameOf, StringComparer.Ordinal).Count(),
            services.Count(s => s.Any(x => x.Type == ServiceType.LoadBalancer)),
            services.Sum(s => s.Where(x => x.Type != ServiceType.ClusterIP).Select(x => x.Ports.Count).DefaultIfEmpty().Max()),
            all.Sum(g => g.Count * g.Group.EphemeralMiB),
            Names(tenant, s => s.ConfigMaps?.Select(m => m.Name)) + ClusterObjects,
            // Before Kubernetes 1.24 each service account, that called default included, gets a Secret with a token.
            Names(tenant, s => s.SecretRefs?.Select(r => r.Name)) + IdentityManifest.AccountNames(tenant).Count + 1 + ClusterObjects);
    }

    // By name: during an update an object of the same name is replaced in place.
    private static int Names(DesiredTenant tenant, Func<TenantSpec, IEnumerable<string>?> select) =>
        (select(tenant.Spec) ?? []).Concat(tenant.Former is { } former ? select(former.Spec) ?? [] : []).Distinct(StringComparer.Ordinal).Count();

    private static Group[] Groups(TenantSpec spec, IReadOnlyList<KataSizeClass> classes, DesiredTenant tenant) =>
    [
        .. spec.Workloads.Select(w => new Group(
            w.Name, w.Replicas, w.CpuMillis, w.MemoryMiB + SizeClass.Of(w, classes, tenant).OverheadMemoryMiB, w.EphemeralMiB)),
    ];

    private sealed record Group(string Workload, int Replicas, int CpuMillis, int MemoryMiB, int EphemeralMiB)
    {
        public Group Or(Group other) => new(
            Workload,
            Math.Max(Replicas, other.Replicas),
            Math.Max(CpuMillis, other.CpuMillis),
            Math.Max(MemoryMiB, other.MemoryMiB),
            Math.Max(EphemeralMiB, other.EphemeralMiB));
    }
}
