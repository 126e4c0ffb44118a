using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;
using TenantSandbox.Hosting.Worker;

namespace TenantSandbox.Hosting.Tests.Worker;

public sealed class WorkerProcessTests
{
    /// <summary>What the worker sees when the host is killed: its connection ends without a message.</summary>
    [Fact]
    public async Task Worker_WhoseHostVanishes_EndsByItself()
    {
        var channel = new WorkerChannel(Guid.NewGuid().ToString(), new WorkerLogs(NullLoggerFactory.Instance));
        var service = new FunctionRpcService();
        service.Expect(channel);
        var server = await RpcServer.StartAsync(
            services => services.AddSingleton(service), app => app.MapGrpcService<FunctionRpcService>(), CancellationToken.None);
        await using var process = WorkerProcess.Start(
            WorkerConfig.Read(SampleHost.AppDirectory),
            new Dictionary<string, string?> { ["SIGNALS"] = Path.GetTempPath() },
            server.Address,
            channel.WorkerId,
            NullLogger.Instance);
        await channel.Connected.WaitAsync(SampleHost.Patience);

        await server.DisposeAsync();

        var exit = await process.WaitForExitAsync().WaitAsync(SampleHost.Patience);
        Assert.Contains($"The worker process {process.Id} exited with code", exit.Message, StringComparison.Ordinal);
    }
}
