using System.Collections.Concurrent;

namespace TenantSandbox.Local.Engine;

/// <summary>Tells those who wait for an instance that its status has changed.</summary>
internal sealed class InstanceWaiters
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiters = new(StringComparer.Ordinal);

    /// <summary>Completes at the next change. To be taken before the status is read, so that none is missed.</summary>
    public Task NextChange(string id)
        => _waiters.GetOrAdd(id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Nobody will hear of anything any more, because the engine stops.</summary>
    public void Stop(Exception reason)
    {
        foreach (string id in _waiters.Keys)
        {
            if (_waiters.TryRemove(id, out TaskCompletionSource? waiter))
            {
                waiter.SetException(reason);
            }
        }
    }

    public void Changed(string id)
    {
        if (_waiters.TryRemove(id, out TaskCompletionSource? waiter))
        {
            waiter.SetResult();
        }
    }
}
