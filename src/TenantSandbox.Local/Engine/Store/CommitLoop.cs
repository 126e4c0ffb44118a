using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace TenantSandbox.Local.Engine;

/// <summary>
/// The one writer. It puts the work items that wait into one transaction (group commit), so that a single fsync pays for many,
/// and answers each only after the commit.
/// </summary>
internal sealed class CommitLoop : IDisposable
{
    private readonly BlockingCollection<Item> _queue = [];
    private readonly StoreWriter _writer;
    private readonly int _batchSize;
    private readonly Action<CommitEffects> _committed;
    private readonly Action<long>? _afterCommit;
    private readonly IdleTracker _idle;
    private readonly Thread _thread;
    private long _commits;
    private readonly Action<Exception> _failed;
    private volatile Exception? _broken;

    public CommitLoop(
        StoreWriter writer, EngineOptions options, IdleTracker idle, Action<CommitEffects> committed, Action<Exception> failed)
    {
        _failed = failed;
        _writer = writer;
        _batchSize = Math.Max(1, options.CommitBatchSize);
        _afterCommit = options.AfterCommit;
        _idle = idle;
        _committed = committed;
        _thread = new Thread(Run) { IsBackground = true, Name = "durable-engine-commit" };
        _thread.Start();
    }

    public long Count => Interlocked.Read(ref _commits);

    /// <summary>Runs the work inside a transaction; the task completes once that is durable. The work must not throw after it has written.</summary>
    /// <exception cref="EngineDatabaseException">Writing failed, now or before; the engine has stopped.</exception>
    public Task<T> SubmitAsync<T>(Func<StoreWriter, T> work)
    {
        Item<T> item = new(work);
        if (_broken is { } cause)
        {
            item.Fail(cause);
            return item.Task;
        }

        _idle.Enter();
        try
        {
            _queue.Add(item);
        }
        catch (InvalidOperationException)
        {
            _idle.Leave();
            item.Fail(new EngineDatabaseException("The engine has been stopped; start it again to go on."));
        }

        return item.Task;
    }

    public void Dispose()
    {
        _queue.CompleteAdding();
        _thread.Join();
        _queue.Dispose();
        _writer.Dispose();
    }

    private void Run()
    {
        List<Item> batch = [];
        foreach (Item first in _queue.GetConsumingEnumerable())
        {
            batch.Add(first);
            while (batch.Count < _batchSize && _queue.TryTake(out Item? next))
            {
                batch.Add(next);
            }

            if (!TryCommit(batch, out _))
            {
                // One of them is at fault. Alone, each either succeeds or gets its own error.
                foreach (Item item in batch)
                {
                    if (!TryCommit([item], out Exception? cause))
                    {
                        item.Fail(cause!);
                    }
                }
            }

            batch.ForEach(_ => _idle.Leave());
            batch.Clear();
        }
    }

    private bool TryCommit(List<Item> batch, out Exception? cause)
    {
        cause = _broken;
        if (cause is not null)
        {
            return false;
        }

        CommitEffects effects = new();
        try
        {
            _writer.Begin(effects);
            batch.ForEach(item => item.Apply(_writer));
            _writer.Commit();
        }
#pragma warning disable CA1031 // whatever it is goes to the one who submitted the work
        catch (Exception e)
#pragma warning restore CA1031
        {
            cause = e;
            _writer.Rollback();
            if (e is SqliteException && batch.Count == 1)
            {
                cause = _broken = new EngineDatabaseException($"Writing to the engine's database failed ({e.Message}); the engine has stopped.", e);
                _failed(cause);
            }

            return false;
        }

        long number = Interlocked.Increment(ref _commits);
        _afterCommit?.Invoke(number);
        _committed(effects);
        batch.ForEach(item => item.Succeed());
        return true;
    }

    private abstract class Item
    {
        public abstract void Apply(StoreWriter writer);

        public abstract void Succeed();

        public abstract void Fail(Exception cause);
    }

    private sealed class Item<T>(Func<StoreWriter, T> work) : Item
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T _result = default!;

        public Task<T> Task => _done.Task;

        public override void Apply(StoreWriter writer) => _result = work(writer);

        public override void Succeed() => _done.SetResult(_result);

        public override void Fail(Exception cause) => _done.SetException(cause);
    }
}
