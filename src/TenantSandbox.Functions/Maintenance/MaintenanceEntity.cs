using System.Text.Json.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>The reports of one maintenance task; the key is the task's name. Its operations are idempotent: callers retry.</summary>
public sealed class MaintenanceEntity : TaskEntity<MaintenanceState>
{
    [Function(nameof(MaintenanceEntity))]
    public static Task DispatchAsync([EntityTrigger] TaskEntityDispatcher dispatcher)
    {
        ArgumentNullException.ThrowIfNull(dispatcher);
        return dispatcher.DispatchAsync<MaintenanceEntity>();
    }

    /// <summary>The entity's id for a task.</summary>
    public static EntityInstanceId IdOf(MaintenanceTask task) => new(nameof(MaintenanceEntity), task.ToWireName());

    /// <summary>Stores the report of a run that ended.</summary>
    public void Report(MaintenanceReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        State = State.Add(report);
        MaintenanceMetrics.Record(report);
    }

    protected override MaintenanceState InitializeState(TaskEntityOperation entityOperation) => new();
}

/// <summary>The persisted state of a maintenance task.</summary>
public sealed record MaintenanceState
{
    private const int MaxRuns = 10;

    /// <summary>The last report; null before the first run ended.</summary>
    [JsonPropertyName("last")] public MaintenanceReport? Last { get; init; }

    /// <summary>Earlier runs, newest first, without their findings.</summary>
    [JsonPropertyName("earlier")] public IReadOnlyList<MaintenanceReport> Earlier { get; init; } = [];

    /// <summary>Adds a report; the same report again changes nothing.</summary>
    public MaintenanceState Add(MaintenanceReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (Last is null)
        {
            return this with { Last = report };
        }

        return Last.StartedAt == report.StartedAt
            ? this with { Last = report }
            : this with { Last = report, Earlier = [.. Earlier.Prepend(Last with { Findings = [], OmittedFindings = Last.OmittedFindings + Last.Findings.Count }).Take(MaxRuns)] };
    }
}
