using DurableTask.Core;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using TenantSandbox.DurableTask.Sqlite;
using TenantSandbox.Hosting.Durable;
using TenantSandbox.Testing.Determinism;
using Xunit;

namespace TenantSandbox.Testing;

/// <summary>
/// A task hub in this process: DurableTask.Core on the SQLite storage provider, in virtual time; functions run through the official
/// shims, and the client is the official one over gRPC. Activities are fakes.
/// </summary>
public sealed class InProcessTaskHub : IAsyncDisposable
{
    private const int MaxTimers = 10_000;
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("in-process-task-hub-");
    private readonly DurableFunctions _functions;
    private readonly string? _defaultVersion;
    private readonly Dictionary<string, Func<TaskActivity>> _activities = new(StringComparer.OrdinalIgnoreCase);
    private RunningTaskHub? _running;
    private int _starts;

    /// <param name="functions">The functions to run. Each of their activities needs a fake before the first call.</param>
    /// <param name="start">Where virtual time starts.</param>
    /// <param name="defaultVersion">The version of orchestrations that are started without one.</param>
    public InProcessTaskHub(DurableFunctions functions, DateTimeOffset start, string? defaultVersion = null)
    {
        _functions = functions;
        _defaultVersion = defaultVersion;
        Clock = new SkippingClock(start);
    }

    /// <summary>The official client.</summary>
    public DurableTaskClient Client => Started.Client;

    /// <summary>The storage provider.</summary>
    public SqliteOrchestrationService Service => Started.Service;

    /// <summary>Virtual time. It moves only in <see cref="SettleAsync"/>.</summary>
    public SkippingClock Clock { get; private set; }

    /// <summary>Calls that fail as if the worker process had ended.</summary>
    public WorkerExits WorkerExits { get; } = new();

    /// <summary>Completes when <see cref="KillAfter"/> has killed the task hub; otherwise never.</summary>
    public Task Killed => Started.Kill.Reached;

    private RunningTaskHub Started => _running ?? throw new InvalidOperationException("Start the task hub first.");

    /// <summary>Adds the fake of an activity.</summary>
    public void AddActivity<TInput, TOutput>(string name, Func<TInput, TOutput> run) =>
        AddActivity<TInput, TOutput>(name, input => Task.FromResult(run(input)));

    /// <summary>Adds an activity, the app's own or a fake.</summary>
    public void AddActivity<TInput, TOutput>(string name, Func<TInput, Task<TOutput>> run) =>
        _activities[name] = () => Shims.Factory.CreateActivity<TInput, TOutput>(name, async (_, input) => await run(input!));

    /// <summary>Starts on an empty store.</summary>
    /// <param name="everyStepCommits">True if each durable step is a commit of its own, for <see cref="KillAfter"/>.</param>
    public Task StartAsync(bool everyStepCommits = false)
    {
        Assert.Empty(_functions.Activities.Except(_activities.Keys, StringComparer.OrdinalIgnoreCase));
        return OpenAsync(everyStepCommits);
    }

    /// <summary>Once this many further commits are durable, nothing more is.</summary>
    public void KillAfter(int commits) => Started.Kill.After(commits);

    /// <summary>Replaces a task hub that was killed with a new one on what was durable at that moment.</summary>
    public async Task RestartAfterKillAsync()
    {
        await Killed.WaitAsync(Timeout);
        await Started.StopWorkerAsync();
        var copy = PathOf(_starts + 1);
        foreach (var suffix in (string[])["", "-wal"])
        {
            if (File.Exists(Started.Path + suffix))
            {
                File.Copy(Started.Path + suffix, copy + suffix);
            }
        }

        var now = Clock.GetUtcNow();
        await Started.DisposeAsync();
        Clock = new SkippingClock(now);
        await OpenAsync(everyStepCommits: false);
    }

    /// <summary>Runs until nothing is left to do or a kill stops it; time jumps from timer to timer.</summary>
    /// <param name="until">No timer after this fires; null for all.</param>
    public async Task SettleAsync(DateTimeOffset? until = null)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        for (var timers = 0; ; timers++)
        {
            await await Task.WhenAny(Service.WhenIdleAsync(timeout.Token), Killed);
            if (Killed.IsCompleted || Service.NextTimerDue is not { } due || due > until || Clock.NextDue is not { } next)
            {
                return;
            }

            Assert.True(timers < MaxTimers, $"The task hub is still busy after {MaxTimers} timers.");
            Clock.Advance(next - Clock.GetUtcNow());
        }
    }

    /// <summary>The history of an orchestration.</summary>
    public async Task<RecordedRun> RecordAsync(string instanceId) => RecordedRun.FromJson(await Service.GetOrchestrationHistoryAsync(instanceId, executionId: null));

    /// <summary>Replays the history of every orchestration in the store from each of its steps.</summary>
    /// <returns>The names of the orchestrations.</returns>
    /// <exception cref="NonDeterminismException">The code schedules something else than it did.</exception>
    public async Task<IReadOnlySet<string>> VerifyReplaysAsync()
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        await foreach (var instance in Client.GetAllInstancesAsync())
        {
            var run = await RecordAsync(instance.InstanceId);
            ReplayHarness.Verify(run, _functions.Orchestration(run.Name)!);
            names.Add(run.Name);
        }

        return names;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_running is not null)
        {
            await _running.StopWorkerAsync();
            await _running.DisposeAsync();
        }

        _directory.Delete(recursive: true);
    }

    private string PathOf(int start) => Path.Combine(_directory.FullName, $"store{start}.db");

    private async Task OpenAsync(bool everyStepCommits)
    {
        var path = PathOf(++_starts);
        var kill = new KillSwitch();
        var service = new SqliteOrchestrationService(
            new SqliteOrchestrationServiceOptions
            {
                DatabasePath = path,
                Durability = CommitDurability.ProcessDeath,
                CommitBatchSize = everyStepCommits ? 1 : 512,
                AfterCommit = kill.OnCommit,
            },
            Clock,
            NullLoggerFactory.Instance);
        var worker = new InProcessDispatch(_functions, _activities, WorkerExits, _defaultVersion).CreateWorker(service, Clock);
        await worker.StartAsync();

        // Histories then contain the inputs of activities, so that a replay compares these too.
        worker.TaskOrchestrationDispatcher.IncludeParameters = true;
        _running = new RunningTaskHub(path, service, worker, await TaskHubSidecar.StartAsync(service, _defaultVersion), kill);
    }
}
