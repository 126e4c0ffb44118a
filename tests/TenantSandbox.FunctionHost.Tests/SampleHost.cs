using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using TenantSandbox.DurableTask.Sqlite;
using TenantSandbox.Hosting.Durable;
using TenantSandbox.Testing;

namespace TenantSandbox.Hosting.Tests;

/// <summary>A function host that runs the sample app's worker process on a SQLite task hub, with a client of each kind.</summary>
public sealed class SampleHost : IAsyncDisposable
{
    /// <summary>Generous for a busy machine; no test waits this long unless it fails.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly SqliteOrchestrationService _service;
    private readonly TaskHubSidecar _sidecar;
    private readonly bool _ownsDirectory;

    private SampleHost(
        FunctionHost host, SqliteOrchestrationService service, TaskHubSidecar sidecar, string directory, bool ownsDirectory, RecordedLog log)
    {
        (Host, _service, _sidecar, Directory, _ownsDirectory, Log) = (host, service, sidecar, directory, ownsDirectory, log);
        Http = new HttpClient { BaseAddress = host.BaseAddress, Timeout = Patience };
        host.Progress += progress => Progress.Enqueue(progress);
    }

    /// <summary>The sample app's build output.</summary>
    public static string AppDirectory { get; } = Metadata("SampleApp");

    /// <summary>The clone that the tests were built in.</summary>
    public static string RepositoryRoot { get; } = Metadata("RepositoryRoot");

    public FunctionHost Host { get; }

    public HttpClient Http { get; }

    public DurableTaskClient Durable => _sidecar.Client;

    /// <summary>Holds the task hub and the host's state.</summary>
    public string Directory { get; }

    public RecordedLog Log { get; }

    public ConcurrentQueue<DurableProgress> Progress { get; } = [];

    /// <param name="directory">A directory of an earlier host to continue with; null for a new one.</param>
    /// <param name="settings">App settings beside those that the sample app needs.</param>
    public static async Task<SampleHost> StartAsync(string? directory = null, Dictionary<string, string?>? settings = null)
    {
        var isNew = directory is null;
        directory ??= System.IO.Directory.CreateTempSubdirectory("function-host-").FullName;
        var log = new RecordedLog();
        var service = new SqliteOrchestrationService(
            new SqliteOrchestrationServiceOptions { DatabasePath = Path.Combine(directory, "hub.db"), AbandonDelay = TimeSpan.FromMilliseconds(100) },
            TimeProvider.System,
            NullLoggerFactory.Instance);
        var host = await FunctionHost.StartAsync(new FunctionHostOptions
        {
            AppDirectory = AppDirectory,
            StateDirectory = directory,
            OrchestrationService = service,
            Address = new Uri("http://127.0.0.1:0"),
            Settings = new Dictionary<string, string?>(settings ?? [])
            {
                ["SIGNALS"] = directory,
                ["SampleSchedule"] = settings?.GetValueOrDefault("SampleSchedule") ?? "0 0 0 1 1 *",
            },
            ConfigureLogging = logging => logging.AddProvider(log),
        });
        return new SampleHost(host, service, await TaskHubSidecar.StartAsync(service, "2.0"), directory, isNew, log);
    }

    /// <summary>Waits until a function has said that it runs, and returns the process in which it runs.</summary>
    public async Task<int> WaitForStartAsync(string name, int runs = 1)
    {
        var path = Path.Combine(Directory, $"{name}.started");
        string[] lines = [];
        await EventuallyAsync(() => File.Exists(path) && (lines = File.ReadAllLines(path)).Length >= runs, $"{name} runs for the {runs}. time");
        return int.Parse(lines[runs - 1], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Lets a waiting function continue.</summary>
    public void Continue(string name) => File.WriteAllText(Path.Combine(Directory, $"{name}.go"), "");

    /// <summary>Kills the worker process as the operating system would.</summary>
    public int KillWorker()
    {
        var id = Host.WorkerProcessId!.Value;
        using var process = System.Diagnostics.Process.GetProcessById(id);
        process.Kill();
        return id;
    }

    /// <summary>Waits until a worker process is ready.</summary>
    /// <returns>Its id.</returns>
    public async Task<int> WaitForWorkerAsync()
    {
        int? process = null;
        await EventuallyAsync(() => (process = Host.WorkerProcessId) is not null, "a worker process");
        return process!.Value;
    }

    /// <summary>Waits until another worker process is ready.</summary>
    public Task WaitForRestartAsync(int processId) =>
        EventuallyAsync(() => Host.WorkerProcessId is { } current && current != processId, $"another process than {processId}");

    /// <summary>Polls a condition that another process brings about.</summary>
    public static async Task EventuallyAsync(Func<bool> condition, string expected)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var timeout = new CancellationTokenSource(Patience);
        while (!condition())
        {
            try
            {
                await timer.WaitForNextTickAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"Not within {Patience}: {expected}");
            }
        }
    }

    /// <summary>Starts an orchestration.</summary>
    /// <returns>The instance's id.</returns>
    public Task<string> ScheduleAsync(string name, object? input = null, string? instanceId = null) =>
        Durable.ScheduleNewOrchestrationInstanceAsync(name, input, new StartOrchestrationOptions(instanceId ?? Guid.NewGuid().ToString("N")));

    /// <summary>Runs an orchestration to its end.</summary>
    public async Task<OrchestrationMetadata> RunAsync(string name, object? input = null, string? instanceId = null) =>
        await EndOfAsync(await ScheduleAsync(name, input, instanceId));

    public async Task<OrchestrationMetadata> EndOfAsync(string instanceId)
    {
        using var timeout = new CancellationTokenSource(Patience);
        return await Durable.WaitForInstanceCompletionAsync(instanceId, getInputsAndOutputs: true, timeout.Token);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Durable.DisposeAsync();
        await Host.DisposeAsync();
        await _sidecar.DisposeAsync();
        await _service.DisposeAsync();
        Log.Dispose();
        if (_ownsDirectory)
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }

    private static string Metadata(string key) =>
        typeof(SampleHost).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}

/// <summary>One worker process for many tests.</summary>
public sealed class SampleHostFixture : IAsyncLifetime
{
    public SampleHost Sample { get; private set; } = null!;

    public async Task InitializeAsync() => Sample = await SampleHost.StartAsync(settings: new Dictionary<string, string?> { ["Greeting__Text"] = "hello" });

    public Task DisposeAsync() => Sample.DisposeAsync().AsTask();
}

/// <summary>Tests that share a host; they don't kill its worker.</summary>
[CollectionDefinition(nameof(SharedHost))]
public sealed class SharedHost : ICollectionFixture<SampleHostFixture>;

/// <summary>Keeps what was logged.</summary>
public sealed class RecordedLog : ILoggerProvider
{
    public ConcurrentQueue<(string Category, LogLevel Level, string Message)> Entries { get; } = [];

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(RecordedLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Entries.Enqueue((category, logLevel, $"{formatter(state, exception)} {exception}"));
    }
}
