namespace TenantSandbox.DurableTask.Sqlite.Dispatch;

/// <summary>Counts what is in progress: commits, instances with messages, activities. At zero, only a timer or a client can cause more work.</summary>
internal sealed class IdleTracker
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _waiter;
    private Exception? _failure;
    private int _count;

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

    /// <summary>Nothing will be finished any more: those who wait get the cause.</summary>
    public void Fail(Exception cause)
    {
        lock (_lock)
        {
            _failure = cause;
            _waiter?.TrySetException(cause);
        }
    }

    public Task WhenIdleAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_count == 0)
            {
                return Task.CompletedTask;
            }

            if (_failure is not null)
            {
                return Task.FromException(_failure);
            }

            _waiter ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waiter.Task.WaitAsync(cancellationToken);
        }
    }
}
