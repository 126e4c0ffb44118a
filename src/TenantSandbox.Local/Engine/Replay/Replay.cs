using System.Diagnostics;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace TenantSandbox.Local.Engine;

/// <summary>
/// Runs orchestrator code from its start through the whole history, then through what has newly come in. Nothing has an effect
/// here; <see cref="ReplayOutcome"/> says what the step wants done.
/// </summary>
internal sealed class Replay
{
    private readonly OrchestratorThread _thread = new();
    private readonly ActionLog _actions = new();
    private readonly Dictionary<int, OpenTask> _open = [];
    private readonly List<HistoryEvent> _heldBySuspension = [];
    private readonly List<int> _cancelledTimers = [];
    private readonly Func<TaskOrchestrationContext, Task<object?>> _code;
    private readonly EngineOptions _options;
    private readonly ReplayContext _context;
    private Task<object?>? _run;
    private HistoryEvent? _termination;
    private bool _suspended;

    public Replay(InstanceRow instance, Func<TaskOrchestrationContext, Task<object?>> code, EngineOptions options, ILoggerFactory loggers)
    {
        _code = code;
        _options = options;
        _context = new(this, instance, options, loggers);
    }

    public DateTime Now { get; private set; }

    public bool IsReplaying { get; private set; }

    public ExternalEvents Events { get; } = new();

    public string? CustomStatus { get; set; }

    public NextRun? NextRun { get; set; }

    public ReplayOutcome Run(IReadOnlyList<HistoryEvent> past, IReadOnlyList<HistoryEvent> fresh)
    {
        try
        {
            Play(past, fresh);
        }
        catch (NonDeterminismException e)
        {
            Failure failure = Failure.From(e, _options.FailureTextLimit);
            return Outcome(OrchestrationRuntimeStatus.Failed, null, failure) with { Actions = [], NonDeterminism = e };
        }
        finally
        {
            _thread.End();
        }

        return Conclude();
    }

    public void Verify() => _thread.Verify();

    /// <summary>An action that gets an answer. An open task holds the orchestration back from completing.</summary>
    public Task<HistoryEvent> Schedule(Func<int, ScheduledAction> create, bool isOpenTask)
    {
        Verify();
        OpenTask task = new(isOpenTask);
        _open.Add(_actions.Add(create).TaskId, task);
        return task.Task;
    }

    public Task ScheduleTimer(DateTime fireAt, CancellationToken cancellation)
    {
        Verify();
        OpenTask timer = new(isBlocking: true);
        int id = _actions.Add(id => new(HistoryEventKind.TimerCreated, id, string.Empty) { DueAt = fireAt }).TaskId;
        _open.Add(id, timer);
        cancellation.Register(() =>
        {
            if (_open.Remove(id))
            {
                _cancelledTimers.Add(id);
                timer.TrySetCanceled(cancellation);
            }
        });
        return timer.Task;
    }

    /// <summary>An action without an answer.</summary>
    public void Send(Func<int, ScheduledAction> create)
    {
        Verify();
        _actions.Add(create);
    }

    private void Play(IReadOnlyList<HistoryEvent> past, IReadOnlyList<HistoryEvent> fresh)
    {
        IsReplaying = true;
        int step = 0;
        foreach (HistoryEvent e in past)
        {
            if (e.Step != step)
            {
                _actions.EndOfRecordedStep(step);
                step = e.Step;
                // A cancellation in a recorded step had its effect then.
                _cancelledTimers.Clear();
            }

            Take(e);
        }

        _actions.EndOfRecordedStep(step);
        _cancelledTimers.Clear();
        IsReplaying = false;
        foreach (HistoryEvent e in fresh)
        {
            Take(e);
        }
    }

    private void Take(HistoryEvent e)
    {
        if (e.IsScheduled)
        {
            _actions.Confirm(e);
            return;
        }

        switch (e.Kind)
        {
            case HistoryEventKind.ExecutionTerminated:
                _termination = e;
                return;
            case HistoryEventKind.ExecutionSuspended:
                _suspended = true;
                return;
            case HistoryEventKind.ExecutionResumed:
                _suspended = false;
                HistoryEvent[] held = [.. _heldBySuspension];
                _heldBySuspension.Clear();
                Array.ForEach(held, kept => Deliver(kept with { Time = e.Time }));
                return;
        }

        if (_suspended)
        {
            _heldBySuspension.Add(e);
        }
        else
        {
            Deliver(e);
        }
    }

    private void Deliver(HistoryEvent e)
    {
        Now = e.Time;
        _thread.Run(() =>
        {
            switch (e.Kind)
            {
                case HistoryEventKind.ExecutionStarted:
                    _run = Start();
                    break;
                case HistoryEventKind.EventRaised:
                    Events.Raise(e.Name!, e.Data);
                    break;
                default:
                    // The loser of a race, or a timer that was cancelled in the meantime, has nobody left to tell.
                    if (_open.Remove(e.TaskId, out OpenTask? task))
                    {
                        task.TrySetResult(e);
                    }

                    break;
            }
        });
    }

    private Task<object?> Start()
    {
        try
        {
            return _code(_context);
        }
#pragma warning disable CA1031 // what it throws is the orchestration's failure
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Task.FromException<object?>(e);
        }
    }

    private ReplayOutcome Conclude()
    {
        if (_termination is { } termination)
        {
            return Outcome(OrchestrationRuntimeStatus.Terminated, termination.Data, null) with { Actions = [] };
        }

        bool waitsForTasks = _open.Values.Any(task => task.IsBlocking);
        if (_run is null || waitsForTasks || !_run.IsCompleted)
        {
            bool stuck = _run is { IsCompleted: false } && !_suspended && _open.Count == 0 && !Events.AnyWaiting;
            return stuck
                ? Outcome(OrchestrationRuntimeStatus.Failed, null, Stuck())
                : Outcome(_suspended ? OrchestrationRuntimeStatus.Suspended : OrchestrationRuntimeStatus.Running, null, null);
        }

        if (_run.IsFaulted || _run.IsCanceled)
        {
            Exception cause = _run.Exception?.InnerException ?? new TaskCanceledException(_run);
            return Outcome(OrchestrationRuntimeStatus.Failed, null, Failure.From(cause, _options.FailureTextLimit));
        }

        return NextRun is { } next
            ? Outcome(OrchestrationRuntimeStatus.Running, null, null) with
            {
                NextRun = next,
                KeptEvents = next.KeepEvents ? Events.Unprocessed : [],
            }
            : Outcome(OrchestrationRuntimeStatus.Completed, _options.DataConverter.Serialize(_run.Result), null);
    }

    private ReplayOutcome Outcome(OrchestrationRuntimeStatus status, string? output, Failure? failure)
        => new(status, output, failure, CustomStatus, [.. _actions.Fresh], [.. _cancelledTimers], null, []);

    private static Failure Stuck() => new(
        typeof(InvalidOperationException).FullName!,
        "The orchestrator waits, but for nothing that is durable: it awaits a task that its context didn't hand out (Task.Delay, I/O, Task.Run), "
        + "or an event wait that was cancelled. It could never go on.",
        null,
        null,
        NonRetriable: true);

    [DebuggerDisplay("{Task.Status}")]
    private sealed class OpenTask(bool isBlocking) : TaskCompletionSource<HistoryEvent>
    {
        public bool IsBlocking => isBlocking;
    }
}
