using static TenantSandbox.Functions.Telemetry.SandboxMetrics;

namespace TenantSandbox.Functions.Telemetry;

/// <summary>Records what a placement ledger holds. Called with the state that an operation of the ledger has read anyway.</summary>
internal static class LedgerMetrics
{
    /// <summary>Records reservations and free capacity.</summary>
    public static void Record(LedgerState ledger)
    {
        var cluster = Label("cluster", ledger.ClusterId);
        if (Reservations.Enabled)
        {
            Reservations.Record(ledger.Pools.Sum(p => (long)p.Reservations.Count), cluster);
        }

        if (FreeCapacity.Enabled)
        {
            FreeCapacity.Record(ledger.Pools.Where(p => p is { IsOpen: true, DedicatedTo: null }).Sum(p => FreeNodes(ledger, p)), cluster);
        }
    }

    /// <summary>Records the write budget too.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="timing">The budget's size.</param>
    /// <param name="now">The caller's time.</param>
    public static void Record(LedgerState ledger, OperationTiming timing, DateTimeOffset now)
    {
        Record(ledger);
        WritesLeft.Record(ledger.Writes.Left(now, timing), Label("cluster", ledger.ClusterId));
    }

    private static double FreeNodes(LedgerState ledger, PoolRecord pool) =>
        Math.Max(0, ledger.TemplateOf(pool).MaxCount - (pool.TotalFootprint().Share / (double)CapacityModel.WholeNode));
}
