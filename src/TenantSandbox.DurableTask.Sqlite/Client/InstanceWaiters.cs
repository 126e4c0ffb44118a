namespace TenantSandbox.DurableTask.Sqlite.Client;

/// <summary>Those who wait for an instance to end.</summary>
internal sealed class InstanceWaiters
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, HashSet<TaskCompletionSource>> _waiters = new(StringComparer.Ordinal);

    public TaskCompletionSource Add(string instanceId)
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (!_waiters.TryGetValue(instanceId, out var waiters))
            {
                _waiters.Add(instanceId, waiters = []);
            }

            waiters.Add(waiter);
        }

        return waiter;
    }

    public void Remove(string instanceId, TaskCompletionSource waiter)
    {
        lock (_lock)
        {
            if (_waiters.TryGetValue(instanceId, out var waiters) && waiters.Remove(waiter) && waiters.Count == 0)
            {
                _waiters.Remove(instanceId);
            }
        }
    }

    /// <summary>Wakes all that wait for the instance. They read its status themselves.</summary>
    public void Signal(string instanceId)
    {
        lock (_lock)
        {
            if (_waiters.Remove(instanceId, out var waiters))
            {
                foreach (var waiter in waiters)
                {
                    waiter.TrySetResult();
                }
            }
        }
    }

    /// <summary>The service has stopped: nobody will be woken any more.</summary>
    public void Fail(Exception cause)
    {
        lock (_lock)
        {
            foreach (var waiter in _waiters.Values.SelectMany(waiters => waiters))
            {
                waiter.TrySetException(cause);
            }

            _waiters.Clear();
        }
    }
}
