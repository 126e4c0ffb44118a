using System.Text.Json;
using DurableTask.Core;
using DurableTask.Core.Entities;
using DurableTask.Core.History;
using DurableTask.Core.Settings;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging.Abstractions;

namespace TenantSandbox.DurableTask.Sqlite.Tests;

/// <summary>A worker and a client on a store of their own, in virtual time.</summary>
internal sealed class TaskHost : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("durabletask-sqlite-tests-").FullName;
    private readonly TaskCatalog _catalog = new();
    private SqliteOrchestrationService? _service;
    private TaskHubWorker? _worker;
    private IAsyncDisposable? _skipping;

    public TaskHost() => Options = new() { DatabasePath = Path.Combine(_directory, "store.db"), Durability = CommitDurability.ProcessDeath };

    public static DateTimeOffset Start { get; } = new(2031, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static CancellationToken Deadline => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    public SqliteOrchestrationServiceOptions Options { get; set; }

    public VersioningSettings? Versioning { get; set; }

    public SkippingClock Clock { get; } = new(Start);

    public SqliteOrchestrationService Service => _service ?? throw new InvalidOperationException("Start the host first.");

    public TaskHost Orchestrator<TInput, TOutput>(string name, Func<TaskOrchestrationContext, TInput?, Task<TOutput?>> run)
    {
        _catalog.Orchestrator(name, run);
        return this;
    }

    public TaskHost Orchestrator<TOutput>(string name, Func<TaskOrchestrationContext, Task<TOutput>> run)
        => Orchestrator<object, TOutput>(name, async (context, _) => await run(context));

    public TaskHost Activity<TInput, TOutput>(string name, Func<TInput?, Task<TOutput>> run)
    {
        _catalog.Activity<TInput, TOutput>(name, async input => await run(input));
        return this;
    }

    public TaskHost Activity<TInput, TOutput>(string name, Func<TInput?, TOutput> run) => Activity<TInput, TOutput>(name, input => Task.FromResult(run(input)));

    public TaskHost Entity<TEntity>(string name)
        where TEntity : ITaskEntity, new()
    {
        _catalog.Entity<TEntity>(name);
        return this;
    }

    /// <summary>Starts. Time jumps to the next timer whenever nothing else is to be done, unless it is held.</summary>
    public async Task<TaskHost> StartAsync(bool holdTime = false)
    {
        Open();
        await StartWorkerAsync();
        _skipping = holdTime ? null : Clock.SkipWhenIdle(Service);
        return this;
    }

    /// <summary>Opens the store without a worker.</summary>
    public TaskHost Open()
    {
        _service = new SqliteOrchestrationService(Options, Clock, NullLoggerFactory.Instance);
        return this;
    }

    public async Task StartWorkerAsync()
    {
        _worker = _catalog.CreateWorker(Service, Clock, NullLoggerFactory.Instance, Versioning);
        await _worker.StartAsync();
    }

    public async Task StopAsync()
    {
        if (_skipping is not null)
        {
            await _skipping.DisposeAsync();
        }

        if (_worker is not null)
        {
            await _worker.StopAsync(isForced: true);
            _worker.Dispose();
        }

        if (_service is not null)
        {
            await _service.DisposeAsync();
        }

        (_skipping, _worker, _service) = (null, null, null);
    }

    public Task WhenIdleAsync() => Service.WhenIdleAsync(Deadline);

    public Task AdvanceAsync(TimeSpan time) => Clock.AdvanceAsync(Service, time, Deadline);

    public async Task<string> ScheduleAsync(string name, object? input = null, string? id = null, StartSettings? settings = null)
    {
        id ??= Guid.NewGuid().ToString("N");
        await Service.CreateTaskOrchestrationAsync(Messages.Start(name, id, input, settings), settings?.DedupeStatuses);
        return id;
    }

    public Task RaiseAsync(string id, string name, object? data = null) => Service.SendTaskOrchestrationMessageAsync(Messages.Event(id, name, data));

    public Task SuspendAsync(string id) => SendAsync(id, new ExecutionSuspendedEvent(-1, "suspended by test"));

    public Task ResumeAsync(string id) => SendAsync(id, new ExecutionResumedEvent(-1, "resumed by test"));

    public Task SendAsync(string id, HistoryEvent historyEvent, string? executionId = null)
        => Service.SendTaskOrchestrationMessageAsync(Messages.To(id, historyEvent, executionId));

    public Task SignalAsync(EntityInstanceId entity, string operation, object? input = null, DateTimeOffset? at = null)
    {
        var signal = ClientEntityHelpers.EmitOperationSignal(
            new OrchestrationInstance { InstanceId = entity.ToString() },
            Guid.NewGuid(),
            operation,
            input is null ? null : JsonSerializer.Serialize(input),
            at is { } time ? EntityMessageEvent.GetCappedScheduledTime(Clock.GetUtcNow().UtcDateTime, TimeSpan.MaxValue, time.UtcDateTime) : null);
        return Service.SendTaskOrchestrationMessageAsync(signal.AsTaskMessage());
    }

    public async Task<T?> EntityStateAsync<T>(EntityInstanceId entity)
    {
        var found = await Service.EntityBackendQueries.GetEntityAsync(new EntityId(entity.Name, entity.Key), includeState: true);
        return found is { SerializedState: { } state } ? JsonSerializer.Deserialize<T>(state) : default;
    }

    public Task<OrchestrationState?> GetAsync(string id) => Service.GetOrchestrationStateAsync(id, executionId: null);

    public async Task<OrchestrationStatus?> StatusAsync(string id) => (await GetAsync(id))?.OrchestrationStatus;

    public async Task<OrchestrationState> CompletionAsync(string id)
        => await Service.WaitForOrchestrationAsync(id, null, TimeSpan.FromSeconds(60), Deadline) ?? throw new TimeoutException($"Instance '{id}' did not end.");

    public async Task<OrchestrationState> RunAsync(string name, object? input = null) => await CompletionAsync(await ScheduleAsync(name, input));

    public async Task<T?> ResultAsync<T>(string name, object? input = null) => Output<T>(await RunAsync(name, input));

    public async Task<T?> OutputAsync<T>(string id) => Output<T>(await CompletionAsync(id));

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static T? Output<T>(OrchestrationState state)
    {
        Assert.Equal((OrchestrationStatus.Completed, null), (state.OrchestrationStatus, state.FailureDetails?.ToString()));
        return state.Output is null ? default : JsonSerializer.Deserialize<T>(state.Output);
    }
}
