using System.Text.Json.Serialization;

namespace TenantSandbox.Local.Engine;

/// <summary>The values are stored: never renumber.</summary>
public enum HistoryEventKind
{
    ExecutionStarted = 1,
    ExecutionCompleted = 2,
    ExecutionSuspended = 3,
    ExecutionResumed = 4,
    ExecutionTerminated = 5,
    TaskScheduled = 10,
    TaskCompleted = 11,
    TaskFailed = 12,
    SubOrchestrationCreated = 20,
    SubOrchestrationCompleted = 21,
    SubOrchestrationFailed = 22,
    TimerCreated = 30,
    TimerFired = 31,
    EventRaised = 40,
    EventSent = 41,
    EntityCalled = 50,
    EntityReplied = 51,
    EntityFailed = 52,
    EntitySignaled = 53,
}

/// <summary>One event of an instance's history.</summary>
/// <param name="Step">The step that wrote it, from 1. A step's received events come before what it scheduled.</param>
/// <param name="Time">The step's time (UTC), which the orchestrator sees as CurrentUtcDateTime.</param>
/// <param name="TaskId">Ties an answer to what was scheduled; -1 where nothing is to be tied.</param>
/// <param name="Name">Of the activity, child, event or operation.</param>
/// <param name="Data">A result or event as JSON; a hash of an activity's input; a child's or target's id; a timer's due time; a failure.</param>
public sealed record HistoryEvent(HistoryEventKind Kind, int Step, DateTime Time, int TaskId, string? Name, string? Data)
{
    /// <summary>Whether it says what the orchestrator asked for; the others say what came to it.</summary>
    [JsonIgnore]
    public bool IsScheduled => Kind is HistoryEventKind.TaskScheduled or HistoryEventKind.SubOrchestrationCreated or HistoryEventKind.TimerCreated
        or HistoryEventKind.EventSent or HistoryEventKind.EntityCalled or HistoryEventKind.EntitySignaled;
}
