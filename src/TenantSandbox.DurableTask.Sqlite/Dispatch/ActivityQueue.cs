using TenantSandbox.DurableTask.Sqlite.Store;

namespace TenantSandbox.DurableTask.Sqlite.Dispatch;

/// <summary>Activities that are scheduled, in order. Those of a run that was deleted are skipped.</summary>
internal sealed class ActivityQueue(IdleTracker idle)
{
    private readonly ReadyQueue<StoredActivity> _ready = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<long, int> _queuedByRun = [];
    private readonly HashSet<long> _removedRuns = [];

    public void Add(StoredActivity activity)
    {
        lock (_lock)
        {
            _queuedByRun[activity.Run] = _queuedByRun.GetValueOrDefault(activity.Run) + 1;
        }

        idle.Enter();
        _ready.Add(activity);
    }

    /// <summary>Skips the queued activities of a run.</summary>
    public void Drop(long run)
    {
        lock (_lock)
        {
            if (_queuedByRun.ContainsKey(run))
            {
                _removedRuns.Add(run);
            }
        }
    }

    /// <summary>Null after the time-out and when cancelled.</summary>
    public async ValueTask<StoredActivity?> TakeAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        while (await _ready.TakeAsync(timeout, cancellationToken) is { } activity)
        {
            if (Dequeue(activity.Run))
            {
                return activity;
            }

            idle.Leave();
        }

        return null;
    }

    public void Complete() => idle.Leave();

    /// <summary>Queues an activity again whose worker gave it back.</summary>
    public void Return(StoredActivity activity)
    {
        Add(activity);
        idle.Leave();
    }

    private bool Dequeue(long run)
    {
        lock (_lock)
        {
            var left = _queuedByRun[run] - 1;
            var isRemoved = _removedRuns.Contains(run);
            if (left > 0)
            {
                _queuedByRun[run] = left;
            }
            else
            {
                _queuedByRun.Remove(run);
                _removedRuns.Remove(run);
            }

            return !isRemoved;
        }
    }
}
