namespace TenantSandbox.Local.Engine;

/// <summary>
/// External events of one run. As in Durable Task, names have no case, the newest waiter gets the next event, and a waiter that was
/// cancelled still takes one. What nobody waits for is kept in the order of its coming.
/// </summary>
internal sealed class ExternalEvents
{
    private readonly Dictionary<string, Stack<IWaiter>> _waiters = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(string Name, string? Data)> _buffer = [];

    private interface IWaiter
    {
        Type EventType { get; }

        bool IsPending { get; }

        void Take(string? data);
    }

    /// <summary>Whether somebody waits who could still go on.</summary>
    public bool AnyWaiting => _waiters.Values.Any(stack => stack.Any(waiter => waiter.IsPending));

    public IReadOnlyList<(string Name, string? Data)> Unprocessed => _buffer;

    public Task<T> WaitAsync<T>(string name, Func<string?, T> read, CancellationToken cancellation)
    {
        Waiter<T> waiter = new(read);
        if (!_waiters.TryGetValue(name, out Stack<IWaiter>? stack))
        {
            _waiters[name] = stack = new();
        }
        else if (stack.TryPeek(out IWaiter? other) && other.EventType != typeof(T))
        {
            throw new ArgumentException(
                $"Event '{name}' is already awaited as {other.EventType.FullName}; it can't be awaited as {typeof(T).FullName} at the same time.");
        }

        stack.Push(waiter);
        int buffered = _buffer.FindIndex(e => string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase));
        if (buffered >= 0)
        {
            string? data = _buffer[buffered].Data;
            _buffer.RemoveAt(buffered);
            Raise(name, data);
        }

        cancellation.Register(() => waiter.TrySetCanceled(cancellation));
        return waiter.Task;
    }

    public void Raise(string name, string? data)
    {
        if (!_waiters.TryGetValue(name, out Stack<IWaiter>? stack))
        {
            _buffer.Add((name, data));
            return;
        }

        IWaiter newest = stack.Pop();
        if (stack.Count == 0)
        {
            _waiters.Remove(name);
        }

        newest.Take(data);
    }

    private sealed class Waiter<T>(Func<string?, T> read) : TaskCompletionSource<T>, IWaiter
    {
        public Type EventType => typeof(T);

        public bool IsPending => !Task.IsCompleted;

        public void Take(string? data)
        {
            try
            {
                TrySetResult(read(data));
            }
#pragma warning disable CA1031 // a payload of the wrong shape is the waiter's error
            catch (Exception e)
#pragma warning restore CA1031
            {
                TrySetException(e);
            }
        }
    }
}
