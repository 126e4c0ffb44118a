using System.Text.Json.Nodes;
using DurableTask.Core;
using DurableTask.Core.History;
using CoreEntities = DurableTask.Core.Common.Entities;

namespace TenantSandbox.DurableTask.Sqlite.Store;

/// <summary>A signal to an entity that is scheduled for later. The time is part of the event's name: <c>op@2030-01-01T00:00:00.0000000Z</c>.</summary>
internal static class DelayedSignal
{
    private const string RequestEventName = "op";
    private const string ScheduledTimeProperty = "due";

    public static DateTime? DueOf(TaskMessage message)
        => CoreEntities.IsDelayedEntityMessage(message, out var due) ? due : null;

    /// <summary>
    /// Turns a delayed signal that is due into one for now. The entity dispatcher compares a signal's time with the system's clock and would
    /// send the signal back to the store until that clock reaches it, which with a virtual clock may be months later.
    /// </summary>
    public static TaskMessage WithoutDelay(TaskMessage message)
    {
        if (DueOf(message) is null)
        {
            return message;
        }

        var delayed = (EventRaisedEvent)message.Event;
        var request = JsonNode.Parse(delayed.Input)!.AsObject();
        request.Remove(ScheduledTimeProperty);
        return new TaskMessage
        {
            OrchestrationInstance = message.OrchestrationInstance,
            OrchestrationExecutionContext = message.OrchestrationExecutionContext,
            Event = new EventRaisedEvent(delayed.EventId, request.ToJsonString())
            {
                Name = RequestEventName,
                Timestamp = delayed.Timestamp,
                ParentTraceContext = delayed.ParentTraceContext,
            },
        };
    }
}
