using DurableTask.Core;
using Microsoft.DurableTask.Client;
using TenantSandbox.DurableTask.Sqlite;

namespace TenantSandbox.Testing;

/// <summary>One start of a task hub: its store, worker, sidecar service and client.</summary>
internal sealed class RunningTaskHub(
    string path, SqliteOrchestrationService service, TaskHubWorker worker, TaskHubSidecar sidecar, KillSwitch kill) : IAsyncDisposable
{
    public string Path => path;

    public SqliteOrchestrationService Service => service;

    public KillSwitch Kill => kill;

    public DurableTaskClient Client => sidecar.Client;

    public async Task StopWorkerAsync()
    {
        await worker.StopAsync(isForced: true);
        worker.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        kill.Release();
        await sidecar.DisposeAsync();
        await service.DisposeAsync();
        kill.Dispose();
    }
}

/// <summary>Stops the writer's thread dead after a commit.</summary>
internal sealed class KillSwitch : IDisposable
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _released = new();

    private long _committed;
    private long _killAt = long.MaxValue;

    public Task Reached => _reached.Task;

    public void After(int commits) => Volatile.Write(ref _killAt, Volatile.Read(ref _committed) + commits);

    public void OnCommit(long number)
    {
        Volatile.Write(ref _committed, number);
        if (number == Volatile.Read(ref _killAt))
        {
            _reached.SetResult();
            _released.Wait();
        }
    }

    public void Release() => _released.Set();

    public void Dispose() => _released.Dispose();
}
