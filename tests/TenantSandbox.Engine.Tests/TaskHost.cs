using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TenantSandbox.Local.Engine;

namespace TenantSandbox.Engine.Tests;

/// <summary>
/// What the semantics tests run on, and the only place that knows the engine: tasks by name, the official client, virtual time.
/// </summary>
public sealed class TaskHost : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("engine-tests-").FullName;
    private readonly TaskCatalog _catalog = new();
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private DurableEngine? _engine;
    private IAsyncDisposable? _skipping;

    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public TaskHost() => Options = new() { DatabasePath = Path.Combine(_directory, "engine.db"), Durability = CommitDurability.ProcessDeath };

    public EngineOptions Options { get; set; }

    public SkippingClock Clock { get; } = new(Start);

    public List<EngineProgress> Progress { get; } = [];

    public DurableEngine Engine => _engine ?? throw new InvalidOperationException("Start the host first.");

    public DurableTaskClient Client => Engine.Client;

    public static CancellationToken Deadline => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    public TaskHost Orchestrator<TInput, TOutput>(string name, Func<TaskOrchestrationContext, TInput?, Task<TOutput>> run)
    {
        _catalog.AddOrchestrator(name, async context => await run(context, context.GetInput<TInput>()));
        return this;
    }

    public TaskHost Orchestrator<TOutput>(string name, Func<TaskOrchestrationContext, Task<TOutput>> run)
        => Orchestrator<object, TOutput>(name, (context, _) => run(context));

    public TaskHost Activity<TInput, TOutput>(string name, Func<TInput, CancellationToken, Task<TOutput>> run)
    {
        _catalog.AddActivity(name, async (call, cancellation) => await run((TInput)call.GetInput(typeof(TInput))!, cancellation));
        return this;
    }

    public TaskHost Activity<TInput, TOutput>(string name, Func<TInput, TOutput> run)
        => Activity<TInput, TOutput>(name, (input, _) => Task.FromResult(run(input)));

    public TaskHost Entity<TEntity>(string name)
        where TEntity : ITaskEntity, new()
    {
        _catalog.AddEntity(name, _ => new TEntity());
        return this;
    }

    /// <summary>Starts; time jumps to the next timer whenever nothing else is to be done, unless it is held.</summary>
    public async Task<TaskHost> StartAsync(bool holdTime = false)
    {
        _engine = new(Options, _catalog, _services, Clock, NullLoggerFactory.Instance);
        _engine.Progress += progress =>
        {
            lock (Progress)
            {
                Progress.Add(progress);
            }
        };
        await _engine.StartAsync(CancellationToken.None);
        _skipping = holdTime ? null : Clock.SkipWhenIdle(_engine);
        return this;
    }

    public async Task StopAsync()
    {
        if (_skipping is not null)
        {
            await _skipping.DisposeAsync();
        }

        if (_engine is not null)
        {
            await _engine.DisposeAsync();
        }

        (_skipping, _engine) = (null, null);
    }

    public Task WhenIdleAsync() => Engine.WhenIdleAsync(Deadline);

    public Task AdvanceAsync(TimeSpan time) => Clock.AdvanceAsync(Engine, time, Deadline);

    public Task<OrchestrationMetadata> CompletionAsync(string id) => Client.WaitForInstanceCompletionAsync(id, true, Deadline);

    public async Task<OrchestrationMetadata> RunAsync(string name, object? input = null)
        => await CompletionAsync(await Client.ScheduleNewOrchestrationInstanceAsync(name, input));

    public async Task<T?> ResultAsync<T>(string name, object? input = null)
    {
        OrchestrationMetadata done = await RunAsync(name, input);
        Assert.Equal((OrchestrationRuntimeStatus.Completed, null), (done.RuntimeStatus, done.FailureDetails?.ToString()));
        return done.ReadOutputAs<T>();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _services.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
