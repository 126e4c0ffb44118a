using DurableTask.Core;
using Grpc.Net.Client;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Grpc;
using Microsoft.Extensions.Logging.Abstractions;
using TenantSandbox.DurableTask.Sqlite;
using TenantSandbox.Hosting.Durable;

namespace TenantSandbox.Testing;

/// <summary>One start of a task hub: its store, worker, sidecar service and client.</summary>
internal sealed class RunningTaskHub(
    string path, SqliteOrchestrationService service, TaskHubWorker worker, TaskHubSidecar sidecar, KillSwitch kill) : IAsyncDisposable
{
    private readonly GrpcChannel _channel = GrpcChannel.ForAddress(sidecar.Address);
    private GrpcDurableTaskClient? _client;

    public string Path => path;

    public SqliteOrchestrationService Service => service;

    public KillSwitch Kill => kill;

    public DurableTaskClient Client => _client ??=
        new GrpcDurableTaskClient("in-process", new GrpcDurableTaskClientOptions { Channel = _channel, EnableEntitySupport = true }, NullLogger.Instance);

    public async Task StopWorkerAsync()
    {
        await worker.StopAsync(isForced: true);
        worker.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        kill.Release();
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }

        _channel.Dispose();
        await sidecar.DisposeAsync();
        await service.DisposeAsync();
        kill.Dispose();
    }
}

/// <summary>Stops the writer's thread dead after a commit.</summary>
internal sealed class KillSwitch(long? killAfter) : IDisposable
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _released = new();

    public Task Reached => _reached.Task;

    public void OnCommit(long number)
    {
        if (number == killAfter)
        {
            _reached.SetResult();
            _released.Wait();
        }
    }

    public void Release() => _released.Set();

    public void Dispose() => _released.Dispose();
}
