using System.Globalization;
using System.Security.Cryptography;
using System.Text;

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

    /// <summary>An activity's input isn't kept in history, only its hash: enough to tell whether a replay would pass the same.</summary>
    public HistoryEvent ToHistory(int step, DateTime time)
        => new(Kind, step, time, TaskId, Name, Target ?? DueAt?.ToString("O", CultureInfo.InvariantCulture) ?? InputHash());

    private string? InputHash()
        => Input is null ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Input)).AsSpan(0, 8));

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
