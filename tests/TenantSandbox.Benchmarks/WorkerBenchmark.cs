using System.Diagnostics;
using DurableTask.AzureStorage;
using DurableTask.Core;
using TenantSandbox.Cli.Local;
using TenantSandbox.DurableTask.Sqlite;
using TenantSandbox.Hosting;
using TenantSandbox.Hosting.Queues;

namespace TenantSandbox.Benchmarks;

/// <summary>
/// Orchestrations of five no-op activities through a real worker process: on the SQLite provider, and on the official Azure Storage
/// provider with Azurite, in the same run. Compare with <c>storage</c>, which runs them in process.
/// </summary>
internal static class WorkerBenchmark
{
    private const int SqliteOrchestrations = 1_000;
    private const int AzureStorageOrchestrations = 100;

    public static async Task<IReadOnlyList<Figure>> RunAsync() =>
    [
        await MeasureAsync("SQLite", SqliteOrchestrations, state => Task.FromResult<(IOrchestrationService, IAsyncDisposable?)>((
            new SqliteOrchestrationService(
                new SqliteOrchestrationServiceOptions
                {
                    DatabasePath = Path.Combine(state, "taskhub.db"), MaxConcurrentActivities = 50, MaxConcurrentOrchestrations = 50, MaxConcurrentEntities = 50,
                },
                TimeProvider.System,
                Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance),
            null))),
        await MeasureAsync("Azure Storage on Azurite", AzureStorageOrchestrations, async state =>
        {
            var (azurite, reason) = await AzuriteProcess.TryStartAsync(Path.Combine(".local", "tools"), Path.Combine(state, "azurite"), withBlobsAndTables: true, identity: null, CancellationToken.None);
            return azurite is null
                ? throw new InvalidOperationException(reason)
                : (new AzureStorageOrchestrationService(new AzureStorageOrchestrationServiceSettings
                {
                    StorageAccountClientProvider = new StorageAccountClientProvider(azurite.ConnectionString),
                    TaskHubName = "bench",
                    PartitionCount = 4,
                    MaxConcurrentTaskActivityWorkItems = 50,
                    MaxConcurrentTaskOrchestrationWorkItems = 50,
                    MaxQueuePollingInterval = TimeSpan.FromMilliseconds(250),
                    UseSeparateQueueForEntityWorkItems = true,
                    UseAppLease = false,
                }), azurite);
        }),
    ];

    private static async Task<Figure> MeasureAsync(
        string backend, int count, Func<string, Task<(IOrchestrationService Service, IAsyncDisposable? Emulator)>> create)
    {
        var state = Directory.CreateTempSubdirectory("tenantsandbox-bench-");
        var (service, emulator) = await create(state.FullName);
        try
        {
            var host = await FunctionHost.StartAsync(new FunctionHostOptions
            {
                AppDirectory = SampleAppDirectory(),
                StateDirectory = state.FullName,
                OrchestrationService = service,
                // The sample app's timer needs a schedule; this one does not fire during the measurement.
                Settings = new Dictionary<string, string?> { ["SampleSchedule"] = "0 0 0 1 1 *" },
                Address = new Uri("http://127.0.0.1:0"),
            });
            await using (host)
            {
                await RunAsync(host, count / 10, "warm");
                var clock = Stopwatch.StartNew();
                await RunAsync(host, count, "run");
                return new Figure($"activities through the worker, {backend}", 5 * count / clock.Elapsed.TotalSeconds, "a second");
            }
        }
        finally
        {
            (service as IDisposable)?.Dispose();
            if (service is IAsyncDisposable disposable)
            {
                await disposable.DisposeAsync();
            }

            if (emulator is not null)
            {
                await emulator.DisposeAsync();
            }

            state.Delete(recursive: true);
        }
    }

    private static Task RunAsync(FunctionHost host, int count, string prefix)
    {
        var client = new TaskHubClient(host.TaskHubClient);
        return Task.WhenAll(Enumerable.Range(0, count).Select(async i =>
        {
            var instance = await client.CreateOrchestrationInstanceAsync("FiveNoOps", "", $"{prefix}-{i}", null);
            var state = await client.WaitForOrchestrationAsync(instance, TimeSpan.FromMinutes(5));
            if (state?.OrchestrationStatus != OrchestrationStatus.Completed)
            {
                throw new InvalidOperationException($"{instance.InstanceId} ended as {state?.OrchestrationStatus}: {state?.Output}");
            }
        }));
    }

    private static string SampleAppDirectory()
    {
        var own = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Path.Combine(own.Parent!.Parent!.FullName, "TenantSandbox.FunctionHost.SampleApp", own.Name);
    }
}
