using DurableTask.Core;
using DurableTask.Core.History;
using TenantSandbox.DurableTask.Sqlite.Serialization;

namespace TenantSandbox.DurableTask.Sqlite.Store;

/// <summary>A message that is serialized and ready to be written, so that the writer's thread need not do it.</summary>
internal sealed class PreparedMessage
{
    private PreparedMessage(TaskMessage message, DateTime? due)
    {
        Message = message;
        Due = due;
        Data = StoreSerializer.SerializeMessage(message);
    }

    public TaskMessage Message { get; }

    public string Target => Message.OrchestrationInstance.InstanceId;

    public string? ExecutionId => Message.OrchestrationInstance.ExecutionId;

    /// <summary>The event that starts an instance, if this is one.</summary>
    public ExecutionStartedEvent? Start => Message.Event as ExecutionStartedEvent;

    /// <summary>When the message becomes visible, in UTC. Null: at once.</summary>
    public DateTime? Due { get; }

    public byte[] Data { get; }

    /// <summary>Sets the event's timestamp to the time at which it is sent, or for a timer to the time at which it fires.</summary>
    /// <exception cref="ArgumentException">The message has no event or no target.</exception>
    public static PreparedMessage From(TaskMessage message, DateTime now)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Event is null || string.IsNullOrWhiteSpace(message.OrchestrationInstance?.InstanceId))
        {
            throw new ArgumentException("A message needs an event and the id of the instance that it is sent to.", nameof(message));
        }

        var due = DueOf(message);
        message.Event.Timestamp = message.Event is TimerFiredEvent ? due!.Value : now;
        return new PreparedMessage(message, due);
    }

    private static DateTime? DueOf(TaskMessage message) => message.Event switch
    {
        TimerFiredEvent timer => Utc(timer.FireAt),
        ExecutionStartedEvent { ScheduledStartTime: { } time } => Utc(time),
        EventRaisedEvent => DelayedSignal.DueOf(message),
        _ => null,
    };

    private static DateTime Utc(DateTime time)
        => time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : DateTime.SpecifyKind(time, DateTimeKind.Utc);
}
