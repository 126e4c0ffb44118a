namespace TenantSandbox.Local.Engine;

/// <summary>Counts what is under way: commits, steps, activities. Idle is zero, which means that only timers or the outside can go on.</summary>
internal sealed class IdleTracker
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _waiter;
    private int _count;

    public void Enter()
    {
        lock (_lock)
        {
            _count++;
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            if (--_count == 0)
            {
                _waiter?.TrySetResult();
                _waiter = null;
            }
        }
    }

    public bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                return _count == 0;
            }
        }
    }

    public Task WhenIdleAsync(CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_count == 0)
            {
                return Task.CompletedTask;
            }

            _waiter ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waiter.Task.WaitAsync(cancellation);
        }
    }
}
