using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Tests;

/// <summary>A tenant with one workload of each kind.</summary>
internal static class Sample
{
    public static TenantSandboxOptions Options => new();

    public static WorkloadSpec Web { get; } = new(
        "web", "registry.example/web:1", 2, 500, 512,
        [new WorkloadPort(8080), new WorkloadPort(9090, "UDP")],
        [new EnvironmentVariable("GREETING", "hello")],
        [], [],
        new ReadinessProbe("/healthz", 8080, [], 1, 5));

    public static WorkloadSpec Job { get; } = new(
        "job", "registry.example/job:1", 1, 2000, 2048, [], [], ["/bin/job"], ["--loop"],
        new ReadinessProbe(null, null, ["/bin/check"]));

    public static DesiredTenant Tenant { get; } = Placed("acme", [Web, Job], [new EgressRule("0.0.0.0/0", [new WorkloadPort(443)])]);

    public static DesiredTenant Placed(string tenantId, IReadOnlyList<WorkloadSpec> workloads, IReadOnlyList<EgressRule>? egress = null, int incarnation = 1)
    {
        var spec = new TenantSpec(TenantTier.Pooled, null, null, workloads, egress ?? []);
        return new(tenantId, incarnation, 7, "west-1", "pool1", KataSizing.Documented, SpecRef.Of(spec).Hash, spec);
    }

    public static TenantNamespaceRef Reference(DesiredTenant tenant) => tenant.Namespace;

    /// <summary>The tenant as activities receive it, with its spec in <see cref="MemorySpecStore.Shared"/>.</summary>
    public static PlacedTenant Placed(this DesiredTenant tenant) => new(
        tenant.TenantId, tenant.Incarnation, tenant.Revision, tenant.ClusterId, tenant.PoolName, tenant.SizeClasses,
        MemorySpecStore.Shared.Save(tenant.Spec),
        Former: tenant.Former is { } former ? new FormerPlacement(MemorySpecStore.Shared.Save(former.Spec), former.PoolName, former.SizeClasses) : null,
        Expiry: tenant.Expiry);
}
