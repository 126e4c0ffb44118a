namespace TenantSandbox.Local.Engine;

/// <summary>
/// Numbers the actions of one run, and holds what a replay does against what history says the same step did before.
/// </summary>
internal sealed class ActionLog
{
    private readonly Queue<ScheduledAction> _unconfirmed = new();
    private int _nextTaskId;

    /// <summary>Actions that history doesn't have yet: the new step's.</summary>
    public IReadOnlyCollection<ScheduledAction> Fresh => _unconfirmed;

    public ScheduledAction Add(Func<int, ScheduledAction> create)
    {
        ScheduledAction action = create(_nextTaskId++);
        _unconfirmed.Enqueue(action);
        return action;
    }

    /// <summary>History comes to something that was scheduled: the code must have scheduled the same, in the same place.</summary>
    /// <exception cref="NonDeterminismException">It didn't.</exception>
    public void Confirm(HistoryEvent recorded)
    {
        if (!_unconfirmed.TryDequeue(out ScheduledAction? replayed))
        {
            throw new NonDeterminismException(recorded.Step, Describe(recorded), "nothing");
        }

        if (replayed.Kind != recorded.Kind || replayed.TaskId != recorded.TaskId || !SameName(replayed, recorded))
        {
            throw new NonDeterminismException(recorded.Step, Describe(recorded), Describe(replayed));
        }
    }

    /// <summary>History's step is over: the code can't have scheduled more than it did then.</summary>
    /// <exception cref="NonDeterminismException">It has.</exception>
    public void EndOfRecordedStep(int step)
    {
        if (_unconfirmed.TryPeek(out ScheduledAction? extra))
        {
            throw new NonDeterminismException(step, "nothing more", Describe(extra));
        }
    }

    private static bool SameName(ScheduledAction replayed, HistoryEvent recorded)
        => string.Equals(replayed.Name, recorded.Name, StringComparison.OrdinalIgnoreCase);

    private static string Describe(HistoryEvent e) => ScheduledAction.Describe(e.Kind, e.TaskId, e.Name);

    private static string Describe(ScheduledAction a) => ScheduledAction.Describe(a.Kind, a.TaskId, a.Name);
}
