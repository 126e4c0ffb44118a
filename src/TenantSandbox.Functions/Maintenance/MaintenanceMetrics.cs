using TenantSandbox.Core.Tenants;
using static TenantSandbox.Functions.Telemetry.SandboxMetrics;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>Records the report of a maintenance task.</summary>
internal static class MaintenanceMetrics
{
    /// <summary>The watchdog's count of running operations.</summary>
    public const string RunningOperationsCount = "runningOperations";

    /// <summary>The names of the counts of tenants by phase, in the watchdog's report.</summary>
    private static readonly (TenantPhase Phase, string Count)[] Phases = [.. Enum.GetValues<TenantPhase>().Select(phase => (phase, $"{NameOf(phase)}Tenants"))];

    /// <summary>The watchdog's counts for a page of tenants: one for each phase, so that a phase without tenants counts 0.</summary>
    public static IEnumerable<(string Name, long Count)> CountPhases(IReadOnlyList<TenantState> tenants) =>
        Phases.Select(phase => (phase.Count, (long)tenants.Count(t => t.Phase == phase.Phase)));

    /// <summary>Records a run that ended. The same report again changes only the number of runs.</summary>
    public static void Record(MaintenanceReport report)
    {
        var task = Label("task", report.Task.ToWireName());
        MaintenanceRuns.Add(1, task, Label("outcome", report.Error is null ? "succeeded" : "failed"));
        MaintenanceFindings.Record(report.Findings.Count + report.OmittedFindings, task);
        foreach (var (name, count) in report.Counts)
        {
            if (Phases.FirstOrDefault(p => p.Count == name) is { Count: not null } counted)
            {
                TenantsByPhase.Record(count, Label("phase", NameOf(counted.Phase)));
                continue;
            }

            MaintenanceResults.Record(count, task, Label("result", name));
            if (name == RunningOperationsCount)
            {
                RunningOperations.Record(count);
            }
        }
    }
}
