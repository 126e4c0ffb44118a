using DurableTask.Core;
using Microsoft.AspNetCore.Builder;
using TenantSandbox.Hosting.Worker;

namespace TenantSandbox.Hosting.Durable;

/// <summary>
/// The sidecar service of a task hub on its own, on a free loopback port over HTTP/2 without TLS. The official gRPC client uses it
/// in tests that run functions without a function host.
/// </summary>
public sealed class TaskHubSidecar : IAsyncDisposable
{
    private readonly RpcServer _server;

    private TaskHubSidecar(RpcServer server) => _server = server;

    /// <summary>Where clients connect.</summary>
    public Uri Address => _server.Address;

    /// <summary>Starts serving clients; it runs no work items.</summary>
    /// <param name="service">The storage provider; also an <see cref="IOrchestrationServiceClient"/>. The caller creates and disposes it.</param>
    /// <param name="defaultVersion">The version of instances that are started without one; null for none.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    public static async Task<TaskHubSidecar> StartAsync(
        IOrchestrationService service, string? defaultVersion = null, CancellationToken cancellationToken = default) =>
        new(await RpcServer.StartAsync(
            services => services.AddSingleton(new TaskHubService(service, defaultVersion)),
            app => app.MapGrpcService<TaskHubService>(),
            cancellationToken));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
