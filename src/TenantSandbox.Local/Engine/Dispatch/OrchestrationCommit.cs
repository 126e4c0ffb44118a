using System.Globalization;
using Microsoft.DurableTask.Client;

namespace TenantSandbox.Local.Engine;

/// <summary>
/// A step's effects, all in one transaction: new history, messages, timers, children, activities, signals, status. If another run
/// has taken the instance's place meanwhile, nothing of it happens.
/// </summary>
internal sealed record OrchestrationCommit(
    InstanceRow Before,
    int HistoryCount,
    int Step,
    DateTime Time,
    IReadOnlyList<Message> Consumed,
    IReadOnlyList<HistoryEvent> Received,
    ReplayOutcome Outcome,
    EngineOptions Options)
{
    public bool Apply(StoreWriter writer)
    {
        InstanceRow after = Before with
        {
            Execution = Outcome.NextRun is null ? Before.Execution : writer.NextExecution(),
            Version = Outcome.NextRun?.Version ?? Before.Version,
            Input = Outcome.NextRun is null ? Before.Input : Outcome.NextRun.Input,
            Status = Outcome.Status,
            Output = Outcome.Output,
            CustomStatus = Outcome.CustomStatus,
            Failure = Outcome.Failure?.ToJson(),
            UpdatedAt = Time,
        };
        if (!writer.UpdateInstance(after, Before.Execution))
        {
            return false;
        }

        foreach (Message message in Consumed)
        {
            writer.DeleteMessage(message.Seq);
        }

        foreach (ScheduledAction action in Outcome.Actions)
        {
            CarryOut(writer, action);
        }

        foreach (int timer in Outcome.CancelledTimers)
        {
            writer.DeleteTimer(Before.Id, Before.Execution, timer);
        }

        if (Outcome.NextRun is not null)
        {
            ContinueAsNew(writer, after);
            return true;
        }

        AppendHistory(writer, after);
        if (after.IsTerminal)
        {
            Finish(writer, after);
        }

        return true;
    }

    private void AppendHistory(StoreWriter writer, InstanceRow after)
    {
        int seq = HistoryCount;
        foreach (HistoryEvent e in Received.Concat(Outcome.Actions.Select(action => action.ToHistory(Step, Time))))
        {
            writer.AppendHistory(Before.Execution, seq++, e);
        }

        if (after.IsTerminal)
        {
            HistoryEvent end = new(HistoryEventKind.ExecutionCompleted, Step, Time, -1, after.Status.ToString(), after.Failure ?? after.Output);
            writer.AppendHistory(Before.Execution, seq, end);
        }
    }

    private void CarryOut(StoreWriter writer, ScheduledAction action)
    {
        switch (action.Kind)
        {
            case HistoryEventKind.TaskScheduled:
                writer.AddActivity(Before.Id, Before.Execution, action.TaskId, action.Name, action.Input);
                writer.Report(EngineProgressKind.ActivityScheduled, Before.Id, action.Name);
                break;
            case HistoryEventKind.TimerCreated:
                writer.Send(Answer(HistoryEventKind.TimerFired, action) with
                {
                    Data = action.DueAt!.Value.ToString("O", CultureInfo.InvariantCulture),
                    DueAt = action.DueAt,
                });
                break;
            case HistoryEventKind.SubOrchestrationCreated:
                StartChild(writer, action);
                break;
            case HistoryEventKind.EventSent:
                writer.Send(new() { Target = action.Target!, Kind = HistoryEventKind.EventRaised, Name = action.Name, Data = action.Input });
                break;
            default:
                writer.Send(new()
                {
                    Target = action.Target!,
                    Kind = action.Kind,
                    TaskId = action.TaskId,
                    Name = action.Name,
                    Data = action.Input,
                    DueAt = action.DueAt,
                    Sender = Before.Id,
                    SenderExecution = Before.Execution,
                });
                break;
        }
    }

    private void StartChild(StoreWriter writer, ScheduledAction action)
    {
        ParentLink parent = new(Before.Id, Before.Name, Before.Execution, action.TaskId);
        StartRequest request = new(action.Target!, action.Name, action.Version ?? string.Empty, action.Input, action.Tags, parent);
        // A child never replaces a running instance: its id would have two parents, and one of them would wait for good.
        if (InstanceLifecycle.Start(writer, request, status => !status.IsTerminal()) is { } existing)
        {
            Failure failure = new(
                "DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException",
                $"Sub-orchestration '{action.Name}' can't start: an instance of id '{action.Target}' is {existing}.", null, null);
            writer.Send(Answer(HistoryEventKind.SubOrchestrationFailed, action) with { Data = failure.ToJson() });
        }
    }

    private Message Answer(HistoryEventKind kind, ScheduledAction action)
        => new() { Target = Before.Id, Execution = Before.Execution, Kind = kind, TaskId = action.TaskId, Name = action.Name };

    private void ContinueAsNew(StoreWriter writer, InstanceRow after)
    {
        writer.DeleteRun(Before.Id, Before.Execution);
        writer.DeleteHistory(Before.Execution);
        // Before anything that waits to be taken in: the new run starts, and what the old one kept is older than what is to come.
        Message start = new() { Target = after.Id, Execution = after.Execution, Kind = HistoryEventKind.ExecutionStarted, Name = after.Name };
        writer.Send(start, DateTime.MinValue);
        foreach ((string name, string? data) in Outcome.KeptEvents)
        {
            writer.Send(new() { Target = after.Id, Kind = HistoryEventKind.EventRaised, Name = name, Data = data }, DateTime.MinValue);
        }

        writer.Report(EngineProgressKind.InstanceContinuedAsNew, after.Id, after.Name);
    }

    private void Finish(StoreWriter writer, InstanceRow after)
    {
        writer.DeleteRun(Before.Id, Before.Execution);
        if (after.Status == OrchestrationRuntimeStatus.Completed)
        {
            InstanceLifecycle.AnswerParent(writer, after, HistoryEventKind.SubOrchestrationCompleted, after.Output);
            writer.Report(EngineProgressKind.InstanceCompleted, after.Id, after.Name);
            return;
        }

        bool terminated = after.Status == OrchestrationRuntimeStatus.Terminated;
        Failure failure = Outcome.Failure ?? new("Terminated", $"Instance '{after.Id}' of '{after.Name}' was terminated.", null, null);
        InstanceLifecycle.AnswerParent(writer, after, HistoryEventKind.SubOrchestrationFailed, failure.ToJson());
        writer.Report(
            terminated ? EngineProgressKind.InstanceTerminated : EngineProgressKind.InstanceFailed, after.Id, after.Name, failure.Message);
        if (terminated && Received.Any(e => e.Kind == HistoryEventKind.ExecutionTerminated && e.TaskId == InstanceLifecycle.RecursiveTermination))
        {
            InstanceLifecycle.TerminateChildren(writer, Before.Id, Outcome.Output);
        }
    }
}
