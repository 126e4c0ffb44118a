using System.Diagnostics;
using DurableTask.Core;
using DurableTask.Core.Entities;
using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Shims;
using Microsoft.Extensions.Logging.Abstractions;
using TenantSandbox.DurableTask.Sqlite;
using TaskActivity = DurableTask.Core.TaskActivity;

namespace TenantSandbox.Benchmarks;

/// <summary>
/// Measures DurableTask.Core on the SQLite storage provider, in process and with every step durable: the shape that Microsoft publishes for its
/// backends (five sequential no-op activities), a wide fan-out, instances that wait, recovery, and entity signals.
/// </summary>
internal sealed class StorageBenchmark : IAsyncDisposable
{
    private const int Sequences = 5_000;
    private const int Width = 10_000;
    private const int Waiting = 10_000;

    // More instances than have their history in memory, which would otherwise be counted as the cost of a waiting instance.
    private const int CacheFill = 15_000;
    private const int Signals = 20_000;

    private static readonly DurableTaskShimFactory Shims = new(new DurableTaskWorkerOptions { EnableEntitySupport = true });

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("tenantsandbox-bench-");
    private readonly SqliteOrchestrationServiceOptions _options;

    private StorageBenchmark() => _options = new SqliteOrchestrationServiceOptions { DatabasePath = Path.Combine(_directory.FullName, "bench.db") };

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        await using var benchmark = new StorageBenchmark();
        var options = benchmark._options;
        Console.WriteLine(
            $"WAL, synchronous={(options.Durability == CommitDurability.PowerLoss ? "FULL" : "NORMAL")}, group commit of up to {options.CommitBatchSize} work items");
        List<Figure> figures =
        [
            .. await benchmark.SequencesAsync(),
            await benchmark.FanOutAsync(),
            .. await benchmark.WaitAndRecoverAsync(),
            await benchmark.SignalsAsync(),
        ];
        figures.Add(new Figure("database at the end", new FileInfo(options.DatabasePath).Length / 1e6, "MB"));
        figures.Add(new Figure("peak memory of the process", Process.GetCurrentProcess().PeakWorkingSet64 / 1e6, "MB"));
        return figures;
    }

    public ValueTask DisposeAsync()
    {
        _directory.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task<IReadOnlyList<Figure>> SequencesAsync()
    {
        await using var hub = await HubAsync();
        var watch = Stopwatch.StartNew();
        await RunAllAsync(hub, "first", Sequences);
        var firstSeconds = watch.Elapsed.TotalSeconds;

        // The first run pays for the compilation of what it runs.
        watch.Restart();
        var computed = Environment.CpuUsage.TotalTime;
        var commits = hub.Service.Commits;
        var milliseconds = await RunAllAsync(hub, "second", Sequences);
        var seconds = watch.Elapsed.TotalSeconds;
        var microseconds = (Environment.CpuUsage.TotalTime - computed).TotalMicroseconds;
        Array.Sort(milliseconds);
        return
        [
            new Figure($"{Sequences} orchestrations of five no-op activities", Sequences / seconds, "a second"),
            new Figure("their activities", 5 * Sequences / seconds, "a second", AtLeast: 5_000),
            new Figure("their work items (activities and orchestrator steps)", 11 * Sequences / seconds, "a second"),
            new Figure("their activities in the first run of a process", 5 * Sequences / firstSeconds, "a second"),
            new Figure("processor time of one activity and its orchestrator step", microseconds / (5 * Sequences), "µs"),
            new Figure("their transactions", (hub.Service.Commits - commits) / seconds, "a second"),
            new Figure("start to end, all started at once, p50", milliseconds[Sequences / 2], "ms"),
            new Figure("start to end, all started at once, p99", milliseconds[Sequences * 99 / 100], "ms"),
        ];
    }

    private static Task<double[]> RunAllAsync(Hub hub, string prefix, int count) => Task.WhenAll(Enumerable.Range(0, count).Select(async n =>
    {
        var start = Stopwatch.GetTimestamp();
        await hub.StartAsync("five", $"{prefix}-{n}");
        await hub.CompletionAsync($"{prefix}-{n}");
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }));

    private async Task<Figure> FanOutAsync()
    {
        await using var hub = await HubAsync();
        var watch = Stopwatch.StartNew();
        await hub.StartAsync("wide", "wide");
        await hub.CompletionAsync("wide");
        return new Figure($"fan-out of {Width}", watch.Elapsed.TotalSeconds, "s");
    }

    private async Task<IReadOnlyList<Figure>> WaitAndRecoverAsync()
    {
        long each;
        double idle;
        await using (var hub = await HubAsync())
        {
            await WaitAsync(hub, "first", CacheFill);
            var before = GC.GetTotalMemory(forceFullCollection: true);
            await WaitAsync(hub, "second", Waiting);
            each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Waiting;
            idle = await ProcessorTimeOfASecondAsync();
        }

        var watch = Stopwatch.StartNew();
        await using var recovered = await HubAsync();
        await recovered.Service.WhenIdleAsync(CancellationToken.None);
        return
        [
            new Figure($"memory of each of {Waiting} more waiting instances", each, "bytes", AtMost: 1_000),
            new Figure("processor time of a second in which they all wait", idle, "ms"),
            new Figure($"recovery with {CacheFill + Waiting} open instances", watch.Elapsed.TotalSeconds, "s", AtMost: 2),
        ];
    }

    private async Task<Figure> SignalsAsync()
    {
        await using var hub = await HubAsync();
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Signals).Select(n => hub.SignalAsync($"@counter@{n % 100}", "add", "1")));
        await hub.Service.WhenIdleAsync(CancellationToken.None);
        return new Figure("signals to 100 entities", Signals / watch.Elapsed.TotalSeconds, "a second");
    }

    private static async Task WaitAsync(Hub hub, string prefix, int count)
    {
        await Task.WhenAll(Enumerable.Range(0, count).Select(n => hub.StartAsync("waits", $"{prefix}-{n}")));
        await hub.Service.WhenIdleAsync(CancellationToken.None);
    }

    private static async Task<double> ProcessorTimeOfASecondAsync()
    {
        using var process = Process.GetCurrentProcess();
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));

        // The compiler is still busy with what ran before, which isn't a cost of waiting.
        for (var i = 0; i < 3; i++)
        {
            await second.WaitForNextTickAsync();
        }

        process.Refresh();
        var before = process.TotalProcessorTime;
        await second.WaitForNextTickAsync();
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalMilliseconds;
    }

    private static async Task<object?> FiveAsync(TaskOrchestrationContext context)
    {
        for (var i = 0; i < 5; i++)
        {
            await context.CallActivityAsync("noop");
        }

        return null;
    }

    private static async Task<object?> WideAsync(TaskOrchestrationContext context)
    {
        Task[] all = [.. Enumerable.Range(0, Width).Select(_ => context.CallActivityAsync("noop"))];
        await Task.WhenAll(all);
        return all.Length;
    }

    private static Creator<TaskOrchestration> Orchestrator(string name, Func<TaskOrchestrationContext, Task<object?>> run)
        => new(name, () => Shims.CreateOrchestration<object, object>(name, (context, _) => run(context)));

    private async Task<Hub> HubAsync()
    {
        var service = new SqliteOrchestrationService(_options, TimeProvider.System, NullLoggerFactory.Instance);
        var worker = new TaskHubWorker(service, NullLoggerFactory.Instance) { ErrorPropagationMode = ErrorPropagationMode.UseFailureDetails };
        worker.AddTaskOrchestrations(
            Orchestrator("five", FiveAsync), Orchestrator("wide", WideAsync), Orchestrator("waits", async context => await context.WaitForExternalEvent<string>("go")));
        worker.AddTaskActivities(new Creator<TaskActivity>("noop", () => Shims.CreateActivity<object, object>("noop", (_, _) => Task.FromResult<object?>(null))));
        worker.AddTaskEntities(new Creator<TaskEntity>("counter", () => Shims.CreateEntity("counter", new Counter(), new EntityId("counter", "any"))));
        await worker.StartAsync();
        return new Hub(service, worker);
    }

    private sealed class Hub(SqliteOrchestrationService service, TaskHubWorker worker) : IAsyncDisposable
    {
        public SqliteOrchestrationService Service => service;

        public Task StartAsync(string name, string id)
        {
            var instance = new OrchestrationInstance { InstanceId = id, ExecutionId = Guid.NewGuid().ToString("N") };
            var start = new ExecutionStartedEvent(-1, null) { OrchestrationInstance = instance, Name = name, Version = string.Empty };
            return service.CreateTaskOrchestrationAsync(new TaskMessage { OrchestrationInstance = instance, Event = start });
        }

        public Task<OrchestrationState?> CompletionAsync(string id) => service.WaitForOrchestrationAsync(id, null, Timeout.InfiniteTimeSpan, CancellationToken.None);

        public Task SignalAsync(string id, string operation, string input) => service.SendTaskOrchestrationMessageAsync(ClientEntityHelpers
            .EmitOperationSignal(new OrchestrationInstance { InstanceId = id }, Guid.NewGuid(), operation, input, null)
            .AsTaskMessage());

        public async ValueTask DisposeAsync()
        {
            await worker.StopAsync(isForced: true);
            worker.Dispose();
            await service.DisposeAsync();
        }
    }

    private sealed class Creator<T> : ObjectCreator<T>
    {
        private readonly Func<T> _create;

        public Creator(string name, Func<T> create) => (Name, Version, _create) = (name, string.Empty, create);

        public override T Create() => _create();
    }

    private sealed class Counter : TaskEntity<int>
    {
        public void Add(int amount) => State += amount;
    }
}
