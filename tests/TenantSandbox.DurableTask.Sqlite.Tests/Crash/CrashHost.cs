using DurableTask.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace TenantSandbox.DurableTask.Sqlite.Tests.Crash;

/// <summary>A worker in real time on the store of a directory, for the processes that are killed.</summary>
internal sealed class CrashHost : IAsyncDisposable
{
    private readonly TaskHubWorker _worker;

    private CrashHost(SqliteOrchestrationService service, TaskHubWorker worker)
    {
        Service = service;
        _worker = worker;
    }

    public SqliteOrchestrationService Service { get; }

    public static async Task<CrashHost> StartAsync(string directory, Action<long>? afterCommit, TaskCatalog catalog, int batch)
    {
        var options = new SqliteOrchestrationServiceOptions
        {
            DatabasePath = Path.Combine(directory, "store.db"),
            CommitBatchSize = batch,
            AfterCommit = afterCommit,
            Durability = CommitDurability.ProcessDeath,
        };
        var service = new SqliteOrchestrationService(options, TimeProvider.System, NullLoggerFactory.Instance);
        var worker = catalog.CreateWorker(service, TimeProvider.System, NullLoggerFactory.Instance);
        await worker.StartAsync();
        return new CrashHost(service, worker);
    }

    public async ValueTask DisposeAsync()
    {
        await _worker.StopAsync(isForced: true);
        _worker.Dispose();
        await Service.DisposeAsync();
    }
}
