using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.DurableTask;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>What every run of a maintenance task has in common: it ends with a report, whatever happens.</summary>
internal static class MaintenanceRun
{
    /// <summary>Runs the steps, then stores the report and publishes it if it has findings.</summary>
    /// <param name="context">The orchestration.</param>
    /// <param name="input">Its input.</param>
    /// <param name="steps">
    /// Adds to the report. If it returns a continuation, the orchestration continues as new from there, so that its history stays short.
    /// </param>
    public static async Task<MaintenanceReport> RunAsync(
        TaskOrchestrationContext context, MaintenanceInput input, Func<RunningReport, OperationProgress, Task<string?>> steps)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var progress = new OperationProgress(context);
        var running = new RunningReport(input.Report ?? MaintenanceReport.Start(input.Task, context.Now(), input.RequestedBy));
        string? continuation = null;
        var error = await Saga.AttemptAsync(async () => continuation = await steps(running, progress));
        if (error is null && continuation is not null)
        {
            context.ContinueAsNew(input with { Continuation = continuation, Report = running.Report });
            return running.Report;
        }

        var report = running.Report with { EndedAt = context.Now(), Error = error };

        progress.BeginStep("store the report");
        await context.CallEntityAsync(MaintenanceEntity.IdOf(input.Task), nameof(MaintenanceEntity.Report), report, EntityCalls.MustSucceed);
        if (report.Findings.Count > 0 || error is not null)
        {
            progress.BeginStep("publish the event");
            await context.PublishMaintenanceAsync(EventTypes.Maintenance(input.Task.ToWireName()), report.StartedAt, [
                .. report.Counts.Select(c => (c.Key, (string?)c.Value.ToString(CultureInfo.InvariantCulture))),
                .. EventPublishing.Describe(error)]);
        }

        return report;
    }
}

/// <summary>The report of the run in progress.</summary>
internal sealed class RunningReport(MaintenanceReport report)
{
    public MaintenanceReport Report { get; private set; } = report;

    public void Add(PageResult page) => Report = Report.Add(page);
}

/// <summary>Input of a maintenance orchestration.</summary>
/// <param name="Task">The task.</param>
/// <param name="Settings">Configuration as it was when the run was asked for; orchestrations read none.</param>
/// <param name="RequestedBy">Who asked for it; null for its timer.</param>
/// <param name="Continuation">Where to continue; null at the beginning.</param>
/// <param name="Report">The report so far; null at the beginning.</param>
public sealed record MaintenanceInput(
    [property: JsonPropertyName("task")] MaintenanceTask Task,
    [property: JsonPropertyName("settings")] MaintenanceSettings Settings,
    [property: JsonPropertyName("requestedBy")] string? RequestedBy,
    [property: JsonPropertyName("continuation")] string? Continuation = null,
    [property: JsonPropertyName("report")] MaintenanceReport? Report = null);

/// <summary>The settings that orchestrations need.</summary>
/// <param name="TenantsPerPage">Tenants that one activity handles.</param>
/// <param name="PageDelay">The pause between two pages.</param>
/// <param name="OrphanGracePeriod">How long a resource must be seen without an owner.</param>
/// <param name="DeleteOrphans">Deletes orphans instead of only reporting them.</param>
/// <param name="HistoryRetention">How long finished orchestrations are kept.</param>
/// <param name="OperationTimeout">How long an operation may run.</param>
/// <param name="SpecRetention">How long a spec is kept that nothing refers to; null in runs of a version that deleted none.</param>
/// <param name="ChecksBaselines">Whether clusters' baselines are compared and repaired; false in runs of a version that knew none.</param>
/// <param name="ReportRetention">How long an isolation report is kept; null in runs of a version that deleted none.</param>
public sealed record MaintenanceSettings(
    [property: JsonPropertyName("tenantsPerPage")] int TenantsPerPage,
    [property: JsonPropertyName("pageDelay")] TimeSpan PageDelay,
    [property: JsonPropertyName("orphanGracePeriod")] TimeSpan OrphanGracePeriod,
    [property: JsonPropertyName("deleteOrphans")] bool DeleteOrphans,
    [property: JsonPropertyName("historyRetention")] TimeSpan HistoryRetention,
    [property: JsonPropertyName("operationTimeout")] TimeSpan OperationTimeout,
    [property: JsonPropertyName("specRetention"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TimeSpan? SpecRetention = null,
    [property: JsonPropertyName("checksBaselines"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool ChecksBaselines = false,
    [property: JsonPropertyName("reportRetention"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TimeSpan? ReportRetention = null);

/// <summary>One page of work for an activity.</summary>
/// <param name="Continuation">Where it begins; null at the beginning.</param>
/// <param name="Settings">The run's settings.</param>
/// <param name="Now">The orchestration's time.</param>
public sealed record PageRequest(
    [property: JsonPropertyName("continuation")] string? Continuation,
    [property: JsonPropertyName("settings")] MaintenanceSettings Settings,
    [property: JsonPropertyName("now")] DateTimeOffset Now);

/// <summary>What one page found.</summary>
/// <param name="Continuation">Where the next page begins; null on the last.</param>
/// <param name="Counts">Numbers by name.</param>
/// <param name="Findings">At most <see cref="MaintenanceReport.MaxFindings"/>.</param>
/// <param name="OmittedFindings">Number of findings that are left out.</param>
public sealed record PageResult(
    [property: JsonPropertyName("continuation")] string? Continuation,
    [property: JsonPropertyName("counts")] IReadOnlyDictionary<string, long> Counts,
    [property: JsonPropertyName("findings")] IReadOnlyList<MaintenanceFinding> Findings,
    [property: JsonPropertyName("omittedFindings")] int OmittedFindings = 0)
{
    /// <summary>A result with counts only.</summary>
    public static PageResult Of(params (string Name, long Count)[] counts) => Of(null, counts, []);

    /// <summary>A result whose findings are cut to <see cref="MaintenanceReport.MaxFindings"/>; the number of others is counted.</summary>
    public static PageResult Of(string? continuation, IEnumerable<(string Name, long Count)> counts, IReadOnlyList<MaintenanceFinding> findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        var omitted = findings.Count - MaintenanceReport.MaxFindings;
        return new(
            continuation,
            new SortedDictionary<string, long>(counts.ToDictionary(c => c.Name, c => c.Count), StringComparer.Ordinal),
            [.. findings.Take(MaintenanceReport.MaxFindings)],
            Math.Max(0, omitted));
    }
}
