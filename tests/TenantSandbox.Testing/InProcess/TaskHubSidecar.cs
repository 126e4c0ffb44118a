using System.Collections.Concurrent;
using System.Globalization;
using DurableTask.Core;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Grpc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TenantSandbox.Hosting.Durable;
using TenantSandbox.Hosting.Worker;

namespace TenantSandbox.Testing;

/// <summary>
/// The sidecar service of a task hub, for the official gRPC client in tests without a function host. All task hubs of a process share one
/// server and one channel, because starting these costs more than most tests; clients name their task hub in a header, as those of the
/// Durable extension do.
/// </summary>
public sealed class TaskHubSidecar : IAsyncDisposable
{
    private const string TaskHubHeader = "taskhub";
    private static readonly ConcurrentDictionary<string, TaskHubService> TaskHubs = new(StringComparer.Ordinal);
    private static readonly Lazy<Task<GrpcChannel>> Channel = new(ConnectAsync);
    private static int _lastName;

    private readonly string _name;
    private readonly GrpcDurableTaskClient _client;

    private TaskHubSidecar(string name, GrpcChannel channel)
    {
        _name = name;
        var calls = channel.CreateCallInvoker().Intercept(metadata =>
        {
            metadata.Add(TaskHubHeader, name);
            return metadata;
        });
        _client = new("test", new GrpcDurableTaskClientOptions { CallInvoker = calls, EnableEntitySupport = true }, NullLogger.Instance);
    }

    /// <summary>The official client of the task hub.</summary>
    public DurableTaskClient Client => _client;

    /// <summary>Starts serving the task hub's client; it runs no work items.</summary>
    /// <param name="service">The storage provider; also an <see cref="IOrchestrationServiceClient"/>. The caller creates and disposes it.</param>
    /// <param name="defaultVersion">The version of instances that are started without one; null for none.</param>
    public static async Task<TaskHubSidecar> StartAsync(IOrchestrationService service, string? defaultVersion = null)
    {
        var name = Interlocked.Increment(ref _lastName).ToString(CultureInfo.InvariantCulture);
        TaskHubs[name] = new TaskHubService(service, defaultVersion);
        return new TaskHubSidecar(name, await Channel.Value);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        TaskHubs.TryRemove(_name, out _);
        return _client.DisposeAsync();
    }

    // The server ends with the process.
    private static async Task<GrpcChannel> ConnectAsync()
    {
        var server = await RpcServer.StartAsync(
            services => services.AddHttpContextAccessor().AddScoped(TaskHubOf), app => app.MapGrpcService<TaskHubService>(), CancellationToken.None);
        return GrpcChannel.ForAddress(server.Address);
    }

    private static TaskHubService TaskHubOf(IServiceProvider services)
    {
        var name = services.GetRequiredService<IHttpContextAccessor>().HttpContext!.Request.Headers[TaskHubHeader].ToString();
        return TaskHubs.GetValueOrDefault(name) ?? throw new RpcException(new Status(StatusCode.Unavailable, $"Task hub {name} was stopped."));
    }
}
