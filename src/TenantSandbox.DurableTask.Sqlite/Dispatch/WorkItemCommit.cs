using DurableTask.Core;
using DurableTask.Core.History;
using TenantSandbox.DurableTask.Sqlite.Serialization;
using TenantSandbox.DurableTask.Sqlite.Store;
using CoreEntities = DurableTask.Core.Common.Entities;

namespace TenantSandbox.DurableTask.Sqlite.Dispatch;

/// <summary>All effects of one work item. They are serialized when this is created, and written in one transaction.</summary>
internal sealed class WorkItemCommit
{
    private readonly SqliteWorkItem _item;
    private readonly OrchestrationState? _state;
    private readonly IList<HistoryEvent> _events;
    private readonly byte[]? _newEvents;
    private readonly int _pastEvents;
    private readonly bool _isNewExecution;
    private readonly List<PreparedMessage> _activities;
    private readonly List<PreparedMessage> _messages;
    private readonly List<PreparedMessage> _timers;

    public WorkItemCommit(
        SqliteWorkItem item,
        OrchestrationRuntimeState runtimeState,
        IList<TaskMessage> activities,
        IList<TaskMessage> messages,
        IList<TaskMessage> timers,
        OrchestrationState? state,
        DateTime now)
    {
        _item = item;
        _state = state;
        _events = runtimeState.Events;
        _activities = Prepare(activities, now);
        _messages = Prepare(messages, now);
        _timers = Prepare(timers, now);
        if (state is null || CoreEntities.IsEntityInstance(item.InstanceId))
        {
            return;
        }

        _isNewExecution = item.Instance!.ExecutionId != state.OrchestrationInstance.ExecutionId;
        var newEvents = _isNewExecution ? runtimeState.Events : runtimeState.NewEvents;
        _pastEvents = runtimeState.Events.Count - newEvents.Count;
        SetTimestamps(newEvents, now);
        _newEvents = StoreSerializer.SerializeEvents([.. newEvents]);
    }

    /// <summary>Called for a start that had no effect, with the instance's id and its status.</summary>
    public Action<string, OrchestrationStatus>? StartRefused { get; init; }

    /// <summary>Returns false if the instance was replaced or deleted since the work item was handed out: then nothing is written.</summary>
    public bool Apply(StoreWriter writer)
    {
        foreach (var message in _item.Batch.Messages)
        {
            writer.DeleteMessage(message.Sequence);
        }

        if (_state is null)
        {
            return true;
        }

        _state.LastUpdatedTime = writer.Now;
        _state.CompletedTime = writer.Now;
        if (!TryWriteInstance(writer, _state, out var run))
        {
            return false;
        }

        foreach (var activity in _activities)
        {
            writer.AddActivity(activity, run);
        }

        foreach (var message in _messages)
        {
            Send(writer, message);
        }

        // A timer of an execution that has ended, or that has continued as new, has nobody to wake.
        if (!_state.OrchestrationStatus.IsTerminal())
        {
            foreach (var timer in _timers.Where(timer => timer.ExecutionId == _state.OrchestrationInstance.ExecutionId))
            {
                writer.Send(timer, run);
            }
        }

        return true;
    }

    private static List<PreparedMessage> Prepare(IList<TaskMessage> messages, DateTime now)
        => [.. messages.Select(message => PreparedMessage.From(message, now))];

    /// <summary>
    /// Events that the dispatcher has made carry the system's time; the store's is the provider's. The time of OrchestratorStarted is what
    /// the orchestration has read, so it stays, and messages got theirs when they were sent.
    /// </summary>
    private static void SetTimestamps(IList<HistoryEvent> events, DateTime now)
    {
        foreach (var historyEvent in events)
        {
            if (historyEvent.EventType is EventType.TaskScheduled or EventType.TimerCreated or EventType.SubOrchestrationInstanceCreated or EventType.EventSent
                or EventType.ExecutionCompleted or EventType.ContinueAsNew or EventType.OrchestratorCompleted)
            {
                historyEvent.Timestamp = now;
            }
        }
    }

    private bool TryWriteInstance(StoreWriter writer, OrchestrationState state, out long run)
    {
        if (CoreEntities.IsEntityInstance(_item.InstanceId))
        {
            run = 0;
            WriteEntity(writer, state);
            return true;
        }

        run = _item.Instance!.Run;
        if (_isNewExecution)
        {
            if (writer.FindInstance(_item.InstanceId) is not { } former || former.Run != run)
            {
                return false;
            }

            writer.DeleteHistory(run);
            writer.DeleteTimers(_item.InstanceId, run);
            run = writer.NextRun();
            state.CreatedTime = writer.Now;
            state.Generation = former.Generation;
            writer.PutInstance(state, run);
        }
        else if (!writer.UpdateInstance(state, run))
        {
            return false;
        }

        writer.AppendHistory(run, _pastEvents, _newEvents!);
        if (state.OrchestrationStatus.IsTerminal())
        {
            writer.DeleteTimers(_item.InstanceId, run);
            writer.Forget(_item.InstanceId);
        }
        else
        {
            writer.Remember(new InstanceSnapshot(_item.InstanceId, run, state.OrchestrationInstance.ExecutionId, state.OrchestrationStatus, _events));
        }

        return true;
    }

    /// <summary>An entity without input has neither state nor waiting requests, so nothing of it is kept.</summary>
    private void WriteEntity(StoreWriter writer, OrchestrationState state)
    {
        if (state.Input is null)
        {
            writer.DeleteEntity(_item.InstanceId);
            return;
        }

        var start = _events.OfType<ExecutionStartedEvent>().Single();
        state.CreatedTime = writer.Now;
        writer.PutInstance(state, run: 0);
        writer.Remember(new InstanceSnapshot(_item.InstanceId, 0, state.OrchestrationInstance.ExecutionId, state.OrchestrationStatus, [start]));
    }

    private void Send(StoreWriter writer, PreparedMessage message)
    {
        if (message.Start is null)
        {
            writer.Send(message, run: 0);
        }
        else if (InstanceStart.CreateFromParent(writer, message) is { } status)
        {
            StartRefused?.Invoke(message.Target, status);
        }
    }
}
