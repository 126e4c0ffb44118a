using System.Globalization;

namespace TenantSandbox.Local.Engine;

/// <summary>Something that orchestrator code asked for. Recorded in history; carried out when the step is committed.</summary>
internal sealed record ScheduledAction(HistoryEventKind Kind, int TaskId, string Name)
{
    /// <summary>The child, instance or entity that it goes to.</summary>
    public string? Target { get; init; }

    public string? Input { get; init; }

    public string? Version { get; init; }

    public string? Tags { get; init; }

    public DateTime? DueAt { get; init; }

    public HistoryEvent ToHistory(int step, DateTime time)
        => new(Kind, step, time, TaskId, Name, Target ?? DueAt?.ToString("O", CultureInfo.InvariantCulture));

    public static string Describe(HistoryEventKind kind, int taskId, string? name)
    {
        string what = kind switch
        {
            HistoryEventKind.TaskScheduled => $"activity '{name}'",
            HistoryEventKind.SubOrchestrationCreated => $"sub-orchestration '{name}'",
            HistoryEventKind.TimerCreated => "a timer",
            HistoryEventKind.EventSent => $"event '{name}' to an instance",
            HistoryEventKind.EntityCalled => $"entity call '{name}'",
            HistoryEventKind.EntitySignaled => $"entity signal '{name}'",
            _ => $"{kind} '{name}'",
        };
        return $"{what} as action #{taskId}";
    }
}
