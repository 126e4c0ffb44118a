using DurableTask.Core;
using DurableTask.Core.Entities;
using Microsoft.Extensions.Logging;
using TenantSandbox.DurableTask.Sqlite.Client;
using TenantSandbox.DurableTask.Sqlite.Dispatch;
using TenantSandbox.DurableTask.Sqlite.Store;
using CoreEntities = DurableTask.Core.Common.Entities;

namespace TenantSandbox.DurableTask.Sqlite;

/// <summary>
/// Stores orchestrations and entities of DurableTask.Core in one SQLite file, for one process. What a method acknowledged is durable.
/// All effects of a work item are one transaction. See docs/storage-provider.md.
/// </summary>
/// <remarks>The three parts of this class are its lifetime, what <see cref="TaskHubWorker"/> calls, and what clients call.</remarks>
public sealed partial class SqliteOrchestrationService :
    IEntityOrchestrationService,
    IOrchestrationServiceClient,
    global::DurableTask.Core.Query.IOrchestrationServiceQueryClient,
    IOrchestrationServicePurgeClient,
    IAsyncDisposable
{
    private readonly SqliteOrchestrationServiceOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly StoreFile _file;
    private readonly StoreReader _reader;
    private readonly CommitLoop _commits;
    private readonly DueTimer _timer;
    private readonly IdleTracker _idle = new();
    private readonly HistoryCache _histories;
    private readonly InstanceQueue _orchestrations;
    private readonly InstanceQueue _entities;
    private readonly ActivityQueue _activities;
    private readonly WorkItemFactory _workItems;
    private readonly InstanceWaiters _waiters = new();
    private int _isDisposed;

    /// <summary>Opens the database, or creates it, and continues with what a former process left.</summary>
    /// <param name="timeProvider">The clock of timers, delayed signals, scheduled starts and all stored times.</param>
    /// <exception cref="OrchestrationStoreException">The file is in use, newer, damaged, or another program's.</exception>
    public SqliteOrchestrationService(SqliteOrchestrationServiceOptions options, TimeProvider timeProvider, ILoggerFactory loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(timeProvider);
        ArgumentNullException.ThrowIfNull(loggerFactory);
        _options = options;
        _time = timeProvider;
        _logger = loggerFactory.CreateLogger<SqliteOrchestrationService>();
        _file = new StoreFile(options.DatabasePath, options.Durability);
        _reader = new StoreReader(_file);
        _histories = new HistoryCache(options.HistoryCacheEvents);
        _orchestrations = new InstanceQueue(_idle, options.MaxMessagesPerWorkItem);
        _entities = new InstanceQueue(_idle, options.MaxMessagesPerWorkItem);
        _activities = new ActivityQueue(_idle);
        _commits = new CommitLoop(new StoreWriter(_file.OpenForWriting(), timeProvider), options, _idle, OnCommitted, OnFailed);
        _timer = new DueTimer(timeProvider, _commits, _idle);
        _workItems = new WorkItemFactory(_reader, _histories, _commits, _logger);
        EntityBackendProperties = new EntityBackendProperties
        {
            // Messages are delivered in the order of their commits and exactly once, so entities need not sort them.
            EntityMessageReorderWindow = TimeSpan.Zero,
            MaxEntityOperationBatchSize = options.MaxEntityOperationBatchSize,
            MaxConcurrentTaskEntityWorkItems = options.MaxConcurrentEntities,
            SupportsImplicitEntityDeletion = true,
            MaximumSignalDelayTime = TimeSpan.MaxValue,
            UseSeparateQueueForEntityWorkItems = true,
        };
        EntityBackendQueries = new EntityQueries(this, _reader);
        Recover();
    }

    public EntityBackendProperties EntityBackendProperties { get; }

    public EntityBackendQueries EntityBackendQueries { get; }

    /// <summary>True if no message is visible, and no work item, activity or commit in progress: only a timer or a client can cause more work.</summary>
    public bool IsIdle => _idle.IsIdle;

    /// <summary>The number of durable transactions since the start.</summary>
    public long Commits => _commits.Count;

    /// <summary>When the next timer, delayed signal or scheduled start is due.</summary>
    public DateTimeOffset? NextTimerDue => _timer.Due;

    /// <summary>Why the service has stopped; null while the database is sound.</summary>
    public OrchestrationStoreException? Failure => _commits.Failure;

    /// <summary>Completes when <see cref="IsIdle"/>, and fails if the service has stopped before that.</summary>
    public Task WhenIdleAsync(CancellationToken cancellationToken) => _idle.WhenIdleAsync(cancellationToken);

    /// <summary>The store is ready since the constructor.</summary>
    public Task CreateAsync() => Task.CompletedTask;

    public Task CreateAsync(bool recreateInstanceStore) => recreateInstanceStore ? DeleteAsync() : Task.CompletedTask;

    public Task CreateIfNotExistsAsync() => Task.CompletedTask;

    /// <summary>Deletes all instances and entities. The file stays.</summary>
    public Task DeleteAsync() => DeleteAsync(deleteInstanceStore: true);

    public async Task DeleteAsync(bool deleteInstanceStore)
    {
        if (deleteInstanceStore)
        {
            await PurgeAsync(new InstanceFilter(), Timeout.InfiniteTimeSpan);
        }
    }

    public Task StartAsync() => Task.CompletedTask;

    /// <summary>Work is handed out only to those who ask for it, so there is nothing to stop.</summary>
    public Task StopAsync() => Task.CompletedTask;

    public Task StopAsync(bool isForced) => Task.CompletedTask;

    /// <summary>Waits for the commits in progress and closes the database. Stop the worker first.</summary>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _timer.Dispose();
            _commits.Dispose();
            _reader.Dispose();
            _file.Dispose();
            var cause = new ObjectDisposedException(nameof(SqliteOrchestrationService));
            _idle.Fail(cause);
            _waiters.Fail(cause);
        }

        return ValueTask.CompletedTask;
    }

    private void Recover()
    {
        var messages = _reader.Messages();
        var activities = _reader.Activities();
        messages.ForEach(AddMessage);
        activities.ForEach(_activities.Add);
        ServiceLog.Opened(_logger, _options.DatabasePath, messages.Count, activities.Count);
        _commits.Start();
        _timer.Arm(DateTime.MinValue);
    }

    /// <summary>Called on the writer's thread, in the order of the commits.</summary>
    private void OnCommitted(CommitEffects effects)
    {
        foreach (var (instanceId, upTo) in effects.Removed)
        {
            _histories.Remove(instanceId);
            QueueOf(instanceId).Drop(instanceId, upTo);
        }

        foreach (var run in effects.RemovedRuns)
        {
            _activities.Drop(run);
        }

        foreach (var (instanceId, snapshot) in effects.Snapshots)
        {
            if (snapshot is null)
            {
                _histories.Remove(instanceId);
            }
            else
            {
                _histories.Put(snapshot);
            }
        }

        foreach (var message in effects.Messages)
        {
            if (message.Sequence > effects.Removed.GetValueOrDefault(message.Target))
            {
                AddMessage(message);
            }
        }

        effects.Activities.ForEach(_activities.Add);
        effects.Ended.ForEach(_waiters.Signal);
        if (effects.TimersChanged)
        {
            _timer.Arm(_commits.NextDue);
        }
    }

    private void OnFailed(OrchestrationStoreException failure)
    {
        ServiceLog.Stopped(_logger, failure);
        _idle.Fail(failure);
        _waiters.Fail(failure);
    }

    private void AddMessage(StoredMessage message) => QueueOf(message.Target).Add(message);

    private InstanceQueue QueueOf(string instanceId) => CoreEntities.IsEntityInstance(instanceId) ? _entities : _orchestrations;
}
