using System.Diagnostics;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace TenantSandbox.Local.Engine;

/// <summary>
/// Measures the engine with every step durable: the shape that Microsoft publishes for its backends (five sequential no-op activities),
/// a wide fan-out, instances that wait, recovery, and entity signals.
/// </summary>
public sealed class EngineBenchmark(string directory, TextWriter output, double scale = 1)
{
    private const string Go = "go";

    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();

    public async Task RunAsync(CancellationToken cancellation)
    {
        EngineOptions options = new()
        {
            DatabasePath = Path.Combine(directory, "bench.db"),
            MaxConcurrentActivities = 100,
            MaxConcurrentOrchestrations = 100,
            MaxConcurrentEntities = 100,
        };
        await output.WriteLineAsync(
            $"{Environment.ProcessorCount} processors, WAL, synchronous={(options.Durability == CommitDurability.PowerLoss ? "FULL" : "NORMAL")}, "
            + $"group commit of up to {options.CommitBatchSize}").ConfigureAwait(false);
        await SequencesAsync(options, Scaled(5000), cancellation).ConfigureAwait(false);
        await FanOutAsync(options, Scaled(10_000), cancellation).ConfigureAwait(false);
        await WaitingAsync(options, Scaled(10_000), cancellation).ConfigureAwait(false);
        await SignalsAsync(options, Scaled(20_000), cancellation).ConfigureAwait(false);
        long size = new FileInfo(options.DatabasePath).Length;
        await output.WriteLineAsync(
            $"database at the end {size >> 20} MB, peak memory {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB").ConfigureAwait(false);
    }

    private int Scaled(int count) => (int)Math.Max(1, count * scale);

    private async Task SequencesAsync(EngineOptions options, int count, CancellationToken cancellation)
    {
        DurableEngine engine = await StartAsync(options, cancellation).ConfigureAwait(false);
        await using (engine.ConfigureAwait(false))
        {
            Stopwatch watch = Stopwatch.StartNew();
            TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
            double[] milliseconds = await Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
            {
                long start = Stopwatch.GetTimestamp();
                string id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("five", cancellation).ConfigureAwait(false);
                await engine.Client.WaitForInstanceCompletionAsync(id, cancellation).ConfigureAwait(false);
                return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            })).ConfigureAwait(false);
            Array.Sort(milliseconds);
            double seconds = watch.Elapsed.TotalSeconds;
            await output.WriteLineAsync(
                $"{count} orchestrations of five activities, all at once: {seconds:F1} s, {count / seconds:F0} orchestrations/s, "
                + $"{5 * count / seconds:F0} activities/s (to reach: 5000), "
                + $"p50 {milliseconds[count / 2]:F0} ms, p99 {milliseconds[count * 99 / 100]:F0} ms, {engine.Commits} commits, "
                + $"{(Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds:F1} s of processor time").ConfigureAwait(false);
        }
    }

    private async Task FanOutAsync(EngineOptions options, int width, CancellationToken cancellation)
    {
        DurableEngine engine = await StartAsync(options, cancellation).ConfigureAwait(false);
        await using (engine.ConfigureAwait(false))
        {
            Stopwatch watch = Stopwatch.StartNew();
            string id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("wide", width, cancellation).ConfigureAwait(false);
            await engine.Client.WaitForInstanceCompletionAsync(id, cancellation).ConfigureAwait(false);
            await output.WriteLineAsync($"fan-out of {width}: {watch.Elapsed.TotalSeconds:F1} s").ConfigureAwait(false);
        }
    }

    private async Task WaitingAsync(EngineOptions options, int count, CancellationToken cancellation)
    {
        DurableEngine engine = await StartAsync(options, cancellation).ConfigureAwait(false);
        await using (engine.ConfigureAwait(false))
        {
            long before = GC.GetTotalMemory(forceFullCollection: true);
            await Task.WhenAll(Enumerable.Range(0, count)
                .Select(n => new StartOrchestrationOptions($"w{n}"))
                .Select(start => engine.Client.ScheduleNewOrchestrationInstanceAsync("waits", start, cancellation))).ConfigureAwait(false);
            await engine.WhenIdleAsync(cancellation).ConfigureAwait(false);
            long each = (GC.GetTotalMemory(forceFullCollection: true) - before) / count;
            await output.WriteLineAsync($"{count} instances that wait: {each} bytes of managed memory each").ConfigureAwait(false);
        }

        Stopwatch watch = Stopwatch.StartNew();
        engine = await StartAsync(options, cancellation).ConfigureAwait(false);
        await using (engine.ConfigureAwait(false))
        {
            await engine.WhenIdleAsync(cancellation).ConfigureAwait(false);
            await output.WriteLineAsync(
                $"recovery with {count} open instances: {watch.Elapsed.TotalSeconds:F2} s (to reach: under 2)").ConfigureAwait(false);
        }
    }

    private async Task SignalsAsync(EngineOptions options, int count, CancellationToken cancellation)
    {
        DurableEngine engine = await StartAsync(options, cancellation).ConfigureAwait(false);
        await using (engine.ConfigureAwait(false))
        {
            Stopwatch watch = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, count)
                .Select(n => new EntityInstanceId("counter", $"{n % 100}"))
                .Select(id => engine.Client.Entities.SignalEntityAsync(id, "add", 1, cancellation: cancellation))).ConfigureAwait(false);
            await engine.WhenIdleAsync(cancellation).ConfigureAwait(false);
            await output.WriteLineAsync($"{count} signals to 100 entities: {count / watch.Elapsed.TotalSeconds:F0} a second").ConfigureAwait(false);
        }
    }

    private async Task<DurableEngine> StartAsync(EngineOptions options, CancellationToken cancellation)
    {
        TaskCatalog catalog = new TaskCatalog()
            .AddActivity("noop", (_, _) => Task.FromResult<object?>(null))
            .AddEntity("counter", _ => new Counter())
            .AddOrchestrator("five", FiveAsync)
            .AddOrchestrator("wide", WideAsync)
            .AddOrchestrator("waits", WaitsAsync);
        DurableEngine engine = new(options, catalog, _services, TimeProvider.System, NullLoggerFactory.Instance);
        await engine.StartAsync(cancellation).ConfigureAwait(false);
        return engine;
    }

    // Orchestrator code: awaits stay on the replay's context.
#pragma warning disable CA2007
    private static async Task<object?> FiveAsync(TaskOrchestrationContext context)
    {
        for (int i = 0; i < 5; i++)
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

    private static async Task<object?> WaitsAsync(TaskOrchestrationContext context) => await context.WaitForExternalEvent<string>(Go);
#pragma warning restore CA2007

    private sealed class Counter : TaskEntity<int>
    {
        public void Add(int amount) => State += amount;
    }
}
