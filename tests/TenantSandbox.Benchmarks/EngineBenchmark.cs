using System.Diagnostics;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TenantSandbox.Local.Engine;

namespace TenantSandbox.Benchmarks;

/// <summary>
/// Measures the engine with every step durable: the shape that Microsoft publishes for its backends (five sequential no-op activities),
/// a wide fan-out, instances that wait, recovery, and entity signals.
/// </summary>
internal sealed class EngineBenchmark : IAsyncDisposable
{
    private const int Sequences = 5_000;
    private const int Width = 10_000;
    private const int Waiting = 10_000;
    private const int Signals = 20_000;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("tenantsandbox-bench-");
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly EngineOptions _options;

    private EngineBenchmark() => _options = new EngineOptions
    {
        DatabasePath = Path.Combine(_directory.FullName, "bench.db"),
        MaxConcurrentActivities = 100,
        MaxConcurrentOrchestrations = 100,
        MaxConcurrentEntities = 100,
    };

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        await using var benchmark = new EngineBenchmark();
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

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private async Task<IReadOnlyList<Figure>> SequencesAsync()
    {
        await using var engine = await StartAsync();
        var watch = Stopwatch.StartNew();
        var milliseconds = await Task.WhenAll(Enumerable.Range(0, Sequences).Select(async _ =>
        {
            var start = Stopwatch.GetTimestamp();
            var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("five", CancellationToken.None);
            await engine.Client.WaitForInstanceCompletionAsync(id, CancellationToken.None);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }));
        var seconds = watch.Elapsed.TotalSeconds;
        Array.Sort(milliseconds);
        return
        [
            new Figure($"{Sequences} orchestrations of five no-op activities", Sequences / seconds, "a second"),
            new Figure("their activities", 5 * Sequences / seconds, "a second", AtLeast: 5_000),
            new Figure("their work items (activities and orchestrator steps)", 11 * Sequences / seconds, "a second"),
            new Figure("start to end, all started at once, p50", milliseconds[Sequences / 2], "ms"),
            new Figure("start to end, all started at once, p99", milliseconds[Sequences * 99 / 100], "ms"),
        ];
    }

    private async Task<Figure> FanOutAsync()
    {
        await using var engine = await StartAsync();
        var watch = Stopwatch.StartNew();
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("wide", Width, CancellationToken.None);
        await engine.Client.WaitForInstanceCompletionAsync(id, CancellationToken.None);
        return new Figure($"fan-out of {Width}", watch.Elapsed.TotalSeconds, "s");
    }

    private async Task<IReadOnlyList<Figure>> WaitAndRecoverAsync()
    {
        long each;
        double idle;
        await using (var engine = await StartAsync())
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            await Task.WhenAll(Enumerable.Range(0, Waiting).Select(n => engine.Client.ScheduleNewOrchestrationInstanceAsync(
                "waits", new StartOrchestrationOptions($"w{n}"), CancellationToken.None)));
            await engine.WhenIdleAsync(CancellationToken.None);
            each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Waiting;
            idle = await ProcessorTimeOfASecondAsync();
        }

        var watch = Stopwatch.StartNew();
        await using var recovered = await StartAsync();
        await recovered.WhenIdleAsync(CancellationToken.None);
        return
        [
            new Figure($"memory of each of {Waiting} waiting instances", each, "bytes", AtMost: 1_000),
            new Figure("processor time of a second in which they all wait", idle, "ms"),
            new Figure($"recovery with {Waiting} open instances", watch.Elapsed.TotalSeconds, "s", AtMost: 2),
        ];
    }

    private async Task<Figure> SignalsAsync()
    {
        await using var engine = await StartAsync();
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Signals).Select(n =>
            engine.Client.Entities.SignalEntityAsync(new EntityInstanceId("counter", $"{n % 100}"), "add", 1)));
        await engine.WhenIdleAsync(CancellationToken.None);
        return new Figure("signals to 100 entities", Signals / watch.Elapsed.TotalSeconds, "a second");
    }

    private static async Task<double> ProcessorTimeOfASecondAsync()
    {
        using var process = Process.GetCurrentProcess();
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        // The compiler is still busy with what ran before; that isn't what waiting costs.
        for (var i = 0; i < 3; i++) await second.WaitForNextTickAsync();
        process.Refresh();
        var before = process.TotalProcessorTime;
        await second.WaitForNextTickAsync();
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalMilliseconds;
    }

    private async Task<DurableEngine> StartAsync()
    {
        var catalog = new TaskCatalog()
            .AddActivity("noop", (_, _) => Task.FromResult<object?>(null))
            .AddEntity("counter", _ => new Counter())
            .AddOrchestrator("five", FiveAsync)
            .AddOrchestrator("wide", WideAsync)
            .AddOrchestrator("waits", async context => await context.WaitForExternalEvent<string>("go"));
        var engine = new DurableEngine(_options, catalog, _services, TimeProvider.System, NullLoggerFactory.Instance);
        await engine.StartAsync(CancellationToken.None);
        return engine;
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
        Task[] all = [.. Enumerable.Range(0, context.GetInput<int>()).Select(_ => context.CallActivityAsync("noop"))];
        await Task.WhenAll(all);
        return all.Length;
    }

    private sealed class Counter : TaskEntity<int>
    {
        public void Add(int amount) => State += amount;
    }
}
