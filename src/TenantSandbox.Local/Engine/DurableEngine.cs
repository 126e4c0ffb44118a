using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace TenantSandbox.Local.Engine;

/// <summary>
/// Runs orchestrations, activities and entities of one process on one SQLite file, with the semantics of Durable Task.
/// docs/engine.md says what it promises.
/// </summary>
#pragma warning disable CA1822 // the members get their bodies with the dispatcher
public sealed class DurableEngine : IAsyncDisposable
{
    public DurableEngine(EngineOptions options, TaskCatalog catalog, IServiceProvider services, TimeProvider time, ILoggerFactory loggers)
    {
        _ = (options, catalog, services, time, loggers);
        Client = null!;
    }

    /// <summary>The client of this engine; usable once <see cref="StartAsync"/> has returned.</summary>
    public DurableTaskClient Client { get; }

    /// <summary>Raised after the commit, in no promised order between instances. Handlers must be quick and must not throw.</summary>
    public event Action<EngineProgress>? Progress;

    /// <summary>When the next durable timer, delayed signal or delayed start is due; null if there is none.</summary>
    public DateTimeOffset? NextTimerDue => null;

    /// <summary>Opens the database and goes on with everything that was under way.</summary>
    /// <exception cref="EngineDatabaseException">The file is in use, newer, damaged, or another program's.</exception>
    public Task StartAsync(CancellationToken cancellation) => Task.FromException(new NotSupportedException($"{Progress}"));

    /// <summary>Takes on nothing new and waits for what runs. Unfinished activities run again at the next start.</summary>
    public Task StopAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Completes when nothing is left to do but to wait for timers, events or the outside.</summary>
    public Task WhenIdleAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>The instance's history in order; empty for an unknown instance.</summary>
    public Task<IReadOnlyList<HistoryEvent>> ReadHistoryAsync(string instanceId, CancellationToken cancellation = default)
        => Task.FromResult<IReadOnlyList<HistoryEvent>>([]);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
