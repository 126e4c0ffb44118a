using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using TenantSandbox.DurableTask.Sqlite.Dispatch;

namespace TenantSandbox.DurableTask.Sqlite.Store;

/// <summary>
/// The only writer. It puts the commits that wait into one transaction (group commit), so that one fsync pays for many,
/// and answers each after the transaction is durable.
/// </summary>
internal sealed class CommitLoop : IDisposable
{
    private readonly BlockingCollection<Item> _queue = [];
    private readonly StoreWriter _writer;
    private readonly int _batchSize;
    private readonly Action<CommitEffects> _committed;
    private readonly Action<OrchestrationStoreException> _failed;
    private readonly Action<long>? _afterCommit;
    private readonly IdleTracker _idle;
    private readonly Thread _thread;
    private long _commits;
    private volatile OrchestrationStoreException? _failure;

    /// <param name="committed">Called on the writer's thread with the effects of each durable transaction, in order.</param>
    /// <param name="failed">Called once, when writing failed for good.</param>
    public CommitLoop(
        StoreWriter writer,
        SqliteOrchestrationServiceOptions options,
        IdleTracker idle,
        Action<CommitEffects> committed,
        Action<OrchestrationStoreException> failed)
    {
        _writer = writer;
        _batchSize = Math.Max(1, options.CommitBatchSize);
        _afterCommit = options.AfterCommit;
        _idle = idle;
        _committed = committed;
        _failed = failed;
        _thread = new Thread(Run) { IsBackground = true, Name = "durabletask-sqlite-writer" };
    }

    public long Count => Interlocked.Read(ref _commits);

    public OrchestrationStoreException? Failure => _failure;

    /// <summary>When the next delayed message is due. For the writer's thread only.</summary>
    public DateTime? NextDue => _writer.NextDue();

    public void Start() => _thread.Start();

    /// <summary>Runs the work inside a transaction. The task completes when that is durable. The work must not throw after it has written.</summary>
    /// <exception cref="OrchestrationStoreException">Writing failed, now or before, and the service has stopped.</exception>
    public Task<T> SubmitAsync<T>(Func<StoreWriter, T> work)
    {
        var item = new Item<T>(work);
        if (_failure is { } failure)
        {
            item.Fail(failure);
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
            item.Fail(new OrchestrationStoreException("The orchestration service has been disposed; nothing more can be stored."));
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
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            batch.Add(first);
            while (batch.Count < _batchSize && _queue.TryTake(out var next))
            {
                batch.Add(next);
            }

            if (!TryCommit(batch, out _))
            {
                // One of them is at fault. Committed one by one, each either succeeds or gets its own failure.
                foreach (var item in batch)
                {
                    if (!TryCommit([item], out var cause))
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
        cause = _failure;
        if (cause is not null)
        {
            return false;
        }

        var effects = new CommitEffects();
        bool hasWritten;
        try
        {
            _writer.Begin(effects);
            batch.ForEach(item => item.Apply(_writer));
            hasWritten = _writer.Commit();
        }
#pragma warning disable CA1031 // The failure, whatever it is, is passed to whoever submitted the work.
        catch (Exception e)
#pragma warning restore CA1031
        {
            cause = e;
            _writer.Rollback();
            if (e is SqliteException && batch.Count == 1)
            {
                cause = _failure = new OrchestrationStoreException($"Writing to the database failed ({e.Message}); the orchestration service has stopped.", e);
                _failed(_failure);
            }

            return false;
        }

        if (hasWritten)
        {
            var number = Interlocked.Increment(ref _commits);
            _afterCommit?.Invoke(number);
        }

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
