using System.Diagnostics.Metrics;
using System.Text.Json;

namespace TenantSandbox.Functions.Telemetry;

/// <summary>
/// The app's metrics. Names, units and labels are stable: docs/telemetry.md lists them, and alerts query them. No label is a tenant's id
/// or anything else that a tenant chooses.
/// </summary>
/// <remarks>
/// Recorded in doors, activities and entity operations, never in orchestrators, which replay. Activities and entity operations can run
/// twice when a worker dies, so counters may count an event more than once.
/// </remarks>
internal static class SandboxMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "TenantSandbox";

    private static readonly Meter Meter = new(MeterName);

    /// <summary>Requests that doors submitted. Labels: <c>kind</c>, <c>outcome</c> (<c>submitted</c>, or <c>reused</c> for an identity of another request).</summary>
    public static Counter<long> Requests { get; } = Meter.CreateCounter<long>("tenantsandbox.requests", "{request}", "Requests that doors submitted.");

    /// <summary>What doors refused. Labels: <c>door</c>, <c>class</c> (the problem's type, or the code of the first validation fault).</summary>
    public static Counter<long> Refusals { get; } = Meter.CreateCounter<long>("tenantsandbox.refusals", "{refusal}", "Requests that were refused.");

    /// <summary>Time from an operation's start to its outcome. Labels: <c>operation</c>, <c>outcome</c> (<c>succeeded</c>, <c>failed</c>, <c>quarantined</c>).</summary>
    public static Histogram<double> OperationDuration { get; } = Histogram(
        "tenantsandbox.operation.duration", "Time from an operation's start to its outcome.", [1, 5, 10, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200]);

    /// <summary>Duration of an activity's run. Labels: <c>activity</c>, <c>outcome</c> (<c>succeeded</c>, an error class, or <c>error</c>).</summary>
    public static Histogram<double> ActivityDuration { get; } = Histogram(
        "tenantsandbox.activity.duration", "Duration of an activity's run.", [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 600]);

    /// <summary>How long each running operation has been running, once a run of the watchdog; the maximum is the oldest. Label: <c>operation</c>.</summary>
    public static Histogram<double> OperationAge { get; } = Histogram(
        "tenantsandbox.operation.age", "Age of each running operation, once a run of the watchdog.", [10, 60, 300, 600, 1_800, 3_600, 7_200, 14_400]);

    /// <summary>Tenants, at the last run of the watchdog. Label: <c>phase</c>.</summary>
    public static Gauge<long> TenantsByPhase { get; } = Meter.CreateGauge<long>("tenantsandbox.tenants", "{tenant}", "Tenants by phase.");

    /// <summary>Tenants with a running operation, at the last run of the watchdog.</summary>
    public static Gauge<long> RunningOperations { get; } = Meter.CreateGauge<long>(
        "tenantsandbox.operations.running", "{operation}", "Operations that are running.");

    /// <summary>Reservations in a ledger, at its last operation. Label: <c>cluster</c>.</summary>
    public static Gauge<long> Reservations { get; } = Meter.CreateGauge<long>(
        "tenantsandbox.reservations", "{reservation}", "Reservations in a cluster's agent pools.");

    /// <summary>Free capacity of pooled agent pools at their largest size, in nodes, at the ledger's last operation. Label: <c>cluster</c>.</summary>
    public static Gauge<double> FreeCapacity { get; } = Meter.CreateGauge<double>(
        "tenantsandbox.capacity.free", "{node}", "Capacity of a cluster's pooled agent pools that nothing reserves.");

    /// <summary>Writes to agent pools that ARM's budget allows at once, at the ledger's last operation. Label: <c>cluster</c>.</summary>
    public static Gauge<long> WritesLeft { get; } = Meter.CreateGauge<long>(
        "tenantsandbox.writes.left", "{write}", "Writes that ARM's budget allows at once.");

    /// <summary>Verifications. Labels: <c>verdict</c> (<c>passed</c>, <c>failed</c>), <c>cause</c>.</summary>
    public static Counter<long> Verifications { get; } = Meter.CreateCounter<long>(
        "tenantsandbox.verifications", "{verification}", "Verifications of isolation by verdict.");

    /// <summary>Failed checks of verifications. Label: <c>check</c>.</summary>
    public static Counter<long> FailedChecks { get; } = Meter.CreateCounter<long>(
        "tenantsandbox.verification.failed_checks", "{check}", "Failed checks of verifications.");

    /// <summary>Lifecycle events. Labels: <c>type</c>, <c>outcome</c> (<c>published</c>, or <c>failed</c> for each attempt that failed).</summary>
    public static Counter<long> Events { get; } = Meter.CreateCounter<long>("tenantsandbox.events", "{event}", "Lifecycle events by outcome.");

    /// <summary>Runs of maintenance tasks that ended. Labels: <c>task</c>, <c>outcome</c> (<c>succeeded</c>, <c>failed</c>).</summary>
    public static Counter<long> MaintenanceRuns { get; } = Meter.CreateCounter<long>(
        "tenantsandbox.maintenance.runs", "{run}", "Runs of maintenance tasks that ended.");

    /// <summary>The counts of a maintenance task's last report. Labels: <c>task</c>, <c>result</c> (docs/maintenance.md).</summary>
    public static Gauge<long> MaintenanceResults { get; } = Meter.CreateGauge<long>(
        "tenantsandbox.maintenance.results", "{result}", "Counts of the last report of a maintenance task.");

    /// <summary>Findings of a maintenance task's last run. Label: <c>task</c>.</summary>
    public static Gauge<long> MaintenanceFindings { get; } = Meter.CreateGauge<long>(
        "tenantsandbox.maintenance.findings", "{finding}", "Findings of the last run of a maintenance task.");

    /// <summary>A label.</summary>
    public static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);

    /// <summary>A value of an enum as labels and counts name it.</summary>
    public static string NameOf(Enum value) => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static Histogram<double> Histogram(string name, string description, double[] boundaries) => Meter.CreateHistogram(
        name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = boundaries });
}
