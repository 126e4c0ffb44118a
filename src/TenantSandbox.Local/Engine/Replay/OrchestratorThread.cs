namespace TenantSandbox.Local.Engine;

/// <summary>
/// The synchronization context of one replay: everything that orchestrator code does runs on the replaying thread, in the order of
/// its coming, and only while the replay goes on.
/// </summary>
internal sealed class OrchestratorThread : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _queue = new();
    private readonly int _threadId = Environment.CurrentManagedThreadId;
    private bool _ended;

    /// <exception cref="InvalidOperationException">Another thread calls: the code left the replay by an await of something else.</exception>
    public void Verify()
    {
        if (_ended || Environment.CurrentManagedThreadId != _threadId)
        {
            throw new InvalidOperationException(
                "Orchestrator code called its context from another thread than its replay's. It may await only what its context hands out: "
                + "no Task.Run, Task.Delay, I/O or ConfigureAwait(false).");
        }
    }

    public void Run(Action work)
    {
        SynchronizationContext? outer = Current;
        SetSynchronizationContext(this);
        try
        {
            work();
            while (TryDequeue(out (SendOrPostCallback Callback, object? State) next))
            {
                next.Callback(next.State);
            }
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    public void End()
    {
        lock (_queue)
        {
            _ended = true;
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_queue)
        {
            // From another thread, or too late: the code awaited something that isn't durable. It won't go on; the replay says so.
            if (!_ended && Environment.CurrentManagedThreadId == _threadId)
            {
                _queue.Enqueue((d, state));
            }
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    public override SynchronizationContext CreateCopy() => this;

    private bool TryDequeue(out (SendOrPostCallback Callback, object? State) next)
    {
        lock (_queue)
        {
            return _queue.TryDequeue(out next);
        }
    }
}
