using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Placement;

namespace TenantSandbox.Core.Tests.Placement;

/// <summary>Pool templates and requests with round numbers: nodes of 4 cores, 12,000 MiB and 22 pods.</summary>
internal static class Templates
{
    public static readonly OperationTiming Timing = new(5, 60, 1800, 1800, 900, 900);

    public static PoolTemplate Template(int maxNodes = 3, string vmSize = "Standard_D4s_v5", string workloadRuntime = "KataVmIsolation") =>
        new(vmSize, workloadRuntime, "AzureLinux", 1, maxNodes, 30, 12_000, 4_000, KataSizing.Documented, []);

    public static ReserveRequest Reserve(
        string tenant,
        int replicas = 1,
        int cpu = 1_000,
        int memory = 1_024,
        Core.Requests.TenantTier tier = Core.Requests.TenantTier.Pooled,
        PoolTemplate? template = null,
        int second = 0,
        long sequence = 1) =>
        new(
            tenant, 1, tier, [new("web", replicas, cpu, memory)], template ?? Template(), Timing, $"{tenant}.1.{sequence}.onboard",
            DateTimeOffset.UnixEpoch.AddSeconds(second), sequence);

    public static ReleaseRequest Release(string tenant, string? pool = null, int second = 0, long? sequence = null) =>
        new(tenant, 1, pool, Timing, $"{tenant}.1.2.offboard", DateTimeOffset.UnixEpoch.AddSeconds(second), sequence);

    public static PoolReport Report(string pool, PoolOutcome outcome) =>
        new(pool, outcome, null, Timing, DateTimeOffset.UnixEpoch, outcome == PoolOutcome.Ready ? $"/pools/{pool}" : null);

    /// <summary>A ledger that has seen the list of pools, which was empty.</summary>
    public static LedgerState EmptyLedger => new() { ClusterId = "aks1", ObservedAt = DateTimeOffset.UnixEpoch };
}
