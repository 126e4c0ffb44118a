using System.Collections.Concurrent;
using Azure.Core;
using Azure.ResourceManager;
using Azure.ResourceManager.ContainerService;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Microsoft.Extensions.Logging;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>One Kubernetes client per cluster, created on first use and again after the connection failed.</summary>
internal sealed partial class ClusterConnections(
    ClusterDirectory clusters, ArmClient arm, TokenCredential credential, TimeProvider time, ILogger<ClusterConnections> logger) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task<k8s.Kubernetes>>> _clients = new(StringComparer.Ordinal);

    /// <summary>Makes a call and classifies its failure.</summary>
    /// <param name="clusterId">The cluster to call.</param>
    /// <param name="what">The call, for messages: "read namespace n".</param>
    /// <param name="call">The call. It must handle a 404 that means success itself.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SandboxException">The call failed.</exception>
    public async Task<T> CallAsync<T>(
        string clusterId, string what, Func<IKubernetes, Task<T>> call, CancellationToken cancellationToken)
    {
        var connection = _clients.GetOrAdd(clusterId, id => new Lazy<Task<k8s.Kubernetes>>(() => OpenAsync(clusters.Get(id))));
        try
        {
            var client = await ConnectAsync(clusterId, connection).WaitAsync(cancellationToken);
            return await call(client);
        }
        catch (Exception e) when (KubernetesFailures.IsFailure(e, cancellationToken))
        {
            if (e is HttpRequestException or HttpOperationException { Response.StatusCode: System.Net.HttpStatusCode.Unauthorized })
            {
                // The cluster may have been recreated with another address or authority. The old client isn't disposed here, because
                // other calls may be using it.
                LogReconnect(clusterId, e.Message);
                _clients.TryRemove(KeyValuePair.Create(clusterId, connection));
            }

            throw KubernetesFailures.Translate(e, clusterId, what);
        }
    }

    /// <inheritdoc cref="CallAsync{T}(string, string, Func{IKubernetes, Task{T}}, CancellationToken)"/>
    /// <returns>Null when the response was 404.</returns>
    public Task<T?> FindAsync<T>(
        string clusterId, string what, Func<IKubernetes, Task<T>> call, CancellationToken cancellationToken)
        where T : class =>
        CallAsync<T?>(
            clusterId,
            what,
            async client =>
            {
                try
                {
                    return await call(client);
                }
                catch (HttpOperationException e) when (KubernetesFailures.IsNotFound(e))
                {
                    return null;
                }
            },
            cancellationToken);

    /// <summary>Server-side apply of one object.</summary>
    /// <exception cref="SandboxException">Refused or failed.</exception>
    public Task ApplyAsync(string clusterId, IKubernetesObject<V1ObjectMeta> manifest, CancellationToken cancellationToken) =>
        CallAsync(
            clusterId,
            $"apply {manifest.Kind} {manifest.Metadata.Name}",
            async client =>
            {
                await client.ApplyAsync(manifest, cancellationToken);
                return true;
            },
            cancellationToken);

    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            if (client is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            {
                client.Value.Result.Dispose();
            }
        }
    }

    private async Task<k8s.Kubernetes> ConnectAsync(string clusterId, Lazy<Task<k8s.Kubernetes>> connection)
    {
        try
        {
            return await connection.Value;
        }
        catch
        {
            // A failed attempt isn't cached: the next call tries again.
            _clients.TryRemove(KeyValuePair.Create(clusterId, connection));
            throw;
        }
    }

    // Not bound to one caller's cancellation: others may be waiting for the same connection.
    private async Task<k8s.Kubernetes> OpenAsync(ClusterOptions cluster)
    {
        if (cluster.Kubeconfig is { } path)
        {
            return new k8s.Kubernetes(await KubernetesClientConfiguration
                .BuildConfigFromConfigFileAsync(new FileInfo(path), cluster.KubeContext));
        }

        var id = ContainerServiceManagedClusterResource.CreateResourceIdentifier(cluster.SubscriptionId, cluster.ResourceGroup, cluster.Name);
        var credentials = await arm.GetContainerServiceManagedClusterResource(id).GetClusterUserCredentialsAsync();
        return credentials.Value.Kubeconfigs is [var first, ..]
            ? new k8s.Kubernetes(await UserCredential.ReadAsync(first.Value, credential, time))
            : throw new InvalidException("NoCredential", $"cluster {cluster.Id}: ARM returned no user credential");
    }

    [LoggerMessage(LogLevel.Warning, "Cluster {ClusterId} refused the connection ({Reason}); the next call reconnects.")]
    private partial void LogReconnect(string clusterId, string reason);
}
