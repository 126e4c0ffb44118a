using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace TenantSandbox.Local.Engine;

/// <summary>
/// Runs orchestrations, activities and entities of one process on one SQLite file, with the semantics of Durable Task.
/// docs/engine.md says what it promises.
/// </summary>
public sealed class DurableEngine : IAsyncDisposable
{
    private readonly EngineOptions _options;
    private readonly TaskCatalog _catalog;
    private readonly IServiceProvider _services;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly IdleTracker _idle = new();
    private readonly InstanceWaiters _waiters = new();
    private EngineParts? _parts;

    public DurableEngine(EngineOptions options, TaskCatalog catalog, IServiceProvider services, TimeProvider time, ILoggerFactory loggers)
    {
        (_options, _catalog, _services, _time, _loggers) = (options, catalog, services, time, loggers);
        Client = new EngineClient(Running, options, _waiters, time);
    }

    /// <summary>The client of this engine; usable while it runs. What its calls have acknowledged is durable.</summary>
    public DurableTaskClient Client { get; }

    /// <summary>Raised after the commit, in the order of the commits, on the writer's thread: handlers must be quick and must not throw.</summary>
    public event Action<EngineProgress>? Progress;

    /// <summary>Whether nothing is left to do but to wait for timers, events or the outside.</summary>
    public bool IsIdle => _idle.IsIdle;

    /// <summary>Transactions committed since the start.</summary>
    public long Commits => _parts?.Commits.Count ?? 0;

    /// <summary>When the next durable timer, delayed signal or delayed start is due; null if there is none.</summary>
    public DateTimeOffset? NextTimerDue => Running().Reader.NextDue() is { } due ? new DateTimeOffset(due) : null;

    /// <summary>Opens the database and goes on with everything that was under way.</summary>
    /// <exception cref="EngineDatabaseException">The file is in use, newer, damaged, or another program's.</exception>
    public Task StartAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (_parts is not null)
        {
            throw new InvalidOperationException("The engine is running already.");
        }

        _parts = new(_options, _catalog, _services, _time, _loggers, _idle, Committed, _waiters.Stop);
        _parts.Recover();
        return Task.CompletedTask;
    }

    /// <summary>Takes on nothing new and waits for what runs; activities are asked to stop and run again at the next start.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _parts, null) is { } parts)
        {
            _waiters.Stop(new OperationCanceledException("The engine stops; the instance goes on at its next start."));
            await parts.DisposeAsync().AsTask().WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Completes as soon as <see cref="IsIdle"/> holds.</summary>
    public Task WhenIdleAsync(CancellationToken cancellation) => _idle.WhenIdleAsync(cancellation);

    /// <summary>The history of the instance's present run, in order; empty for an unknown instance.</summary>
    public Task<IReadOnlyList<HistoryEvent>> ReadHistoryAsync(string instanceId, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        StoreReader reader = Running().Reader;
        return Task.FromResult<IReadOnlyList<HistoryEvent>>(reader.Instance(instanceId) is { } row ? reader.History(row.Execution) : []);
    }

    /// <summary>The instance's present run, to be replayed later, or kept as a golden history; null for an unknown instance.</summary>
    public Task<RecordedRun?> RecordAsync(string instanceId, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        StoreReader reader = Running().Reader;
        return Task.FromResult(reader.Instance(instanceId) is { } row ? RecordedRun.From(row, reader.History(row.Execution)) : null);
    }

    /// <summary>Replays every prefix of a recorded run with the code of today.</summary>
    /// <exception cref="NonDeterminismException">The code doesn't do the same.</exception>
    public void VerifyReplay(RecordedRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        ReplayHarness.Verify(
            run, _catalog.Orchestrator(run.Name) ?? throw new ArgumentException($"There is no orchestrator named '{run.Name}'.", nameof(run)), _options);
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None).ConfigureAwait(false);

    private EngineParts Running() => _parts ?? throw new InvalidOperationException("The engine isn't running; start it first.");

    private void Committed(CommitEffects effects)
    {
        foreach (string id in effects.Changed)
        {
            _waiters.Changed(id);
        }

        if (Progress is { } listeners)
        {
            try
            {
                effects.Progress.ForEach(listeners);
            }
#pragma warning disable CA1031 // a listener's fault mustn't stop the writer
            catch (Exception e)
#pragma warning restore CA1031
            {
                EngineLog.ListenerFailed(_loggers.CreateLogger<DurableEngine>(), e);
            }
        }
    }
}
