using System.Collections.Concurrent;
using System.Net;
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

/// <summary>
/// One Kubernetes client per cluster, created on first use. It is replaced when the API server can't be reached or refuses the
/// credential, because the cluster may have been recreated with another address or authority; not after any other failure.
/// </summary>
internal sealed partial class ClusterConnections(
    ClusterDirectory clusters, ArmClient arm, TokenCredential credential, TimeProvider time, ILogger<ClusterConnections> logger) : IDisposable
{
    private readonly ConcurrentDictionary<string, ClusterConnection> _connections = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ReconnectBackoff> _backoffs = new(StringComparer.Ordinal);

    /// <summary>Makes a call and classifies its failure.</summary>
    /// <param name="clusterId">The cluster to call.</param>
    /// <param name="what">The call, for messages: "read namespace n".</param>
    /// <param name="call">The call. It must handle a 404 that means success itself.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SandboxException">The call failed.</exception>
    public async Task<T> CallAsync<T>(
        string clusterId, string what, Func<IKubernetes, Task<T>> call, CancellationToken cancellationToken)
    {
        var connection = BeginCall(clusterId);
        try
        {
            return await CallAsync(connection, clusterId, what, call, cancellationToken);
        }
        finally
        {
            connection.EndCall();
        }
    }

    /// <summary>Makes a call whose answer is a stream, and keeps the client until the stream is disposed of.</summary>
    /// <inheritdoc cref="CallAsync{T}(string, string, Func{IKubernetes, Task{T}}, CancellationToken)"/>
    public async Task<ClusterStream> OpenAsync(
        string clusterId, string what, Func<IKubernetes, Task<HttpOperationResponse<Stream>>> call, CancellationToken cancellationToken)
    {
        var connection = BeginCall(clusterId);
        try
        {
            return new ClusterStream(await CallAsync(connection, clusterId, what, call, cancellationToken), connection);
        }
        catch
        {
            connection.EndCall();
            throw;
        }
    }

    private async Task<T> CallAsync<T>(
        ClusterConnection connection, string clusterId, string what, Func<IKubernetes, Task<T>> call, CancellationToken cancellationToken)
    {
        var backoff = _backoffs.GetOrAdd(clusterId, _ => new ReconnectBackoff(time));
        try
        {
            var client = await connection.Client.WaitAsync(cancellationToken);
            var result = await call(client);
            backoff.Reset();
            return result;
        }
        catch (Exception e) when (KubernetesFailures.IsFailure(e, cancellationToken))
        {
            if (!IsOfTheConnection(e, connection))
            {
                backoff.Reset();
            }
            else if (backoff.TryStart())
            {
                LogReconnect(clusterId, e.Message);
                Replace(clusterId, connection);
            }

            throw KubernetesFailures.Translate(e, clusterId, what);
        }
        catch (SandboxException) when (connection.Client.IsFaulted)
        {
            // Configuration that another attempt may find corrected.
            Replace(clusterId, connection);
            throw;
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
        ApplyAsync(clusterId, manifest, isDryRun: false, cancellationToken);

    /// <inheritdoc cref="ServerSideApply.ScaleAsync"/>
    /// <param name="clusterId">The cluster.</param>
    /// <param name="replicas">A Deployment or StatefulSet that exists, with no field but <c>spec.replicas</c>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SandboxException">Refused or failed.</exception>
    public Task ScaleAsync(string clusterId, IKubernetesObject<V1ObjectMeta> replicas, CancellationToken cancellationToken) =>
        CallAsync(
            clusterId,
            $"scale {replicas.Kind} {replicas.Metadata.Name}",
            async client =>
            {
                await client.ScaleAsync(replicas, cancellationToken);
                return true;
            },
            cancellationToken);

    /// <summary>Asks the API server whether it would take an object; stores nothing.</summary>
    /// <exception cref="SandboxException">Refused or failed.</exception>
    public Task TryApplyAsync(string clusterId, IKubernetesObject<V1ObjectMeta> manifest, CancellationToken cancellationToken) =>
        ApplyAsync(clusterId, manifest, isDryRun: true, cancellationToken);

    private Task<bool> ApplyAsync(string clusterId, IKubernetesObject<V1ObjectMeta> manifest, bool isDryRun, CancellationToken cancellationToken) =>
        CallAsync(
            clusterId,
            $"{(isDryRun ? "dry run of" : "apply")} {manifest.Kind} {manifest.Metadata.Name}",
            async client =>
            {
                await client.ApplyAsync(manifest, isDryRun, cancellationToken);
                return true;
            },
            cancellationToken);

    public void Dispose()
    {
        foreach (var (clusterId, connection) in _connections)
        {
            Replace(clusterId, connection);
        }
    }

    private ClusterConnection BeginCall(string clusterId)
    {
        while (true)
        {
            var connection = _connections.GetOrAdd(clusterId, id => new ClusterConnection(() => OpenAsync(clusters.Get(id))));
            if (connection.TryBeginCall())
            {
                return connection;
            }

            _connections.TryRemove(KeyValuePair.Create(clusterId, connection));
        }
    }

    private void Replace(string clusterId, ClusterConnection connection)
    {
        _connections.TryRemove(KeyValuePair.Create(clusterId, connection));
        connection.Retire();
    }

    /// <summary>The credential couldn't be fetched, the server couldn't be reached, or it refused the credential.</summary>
    private static bool IsOfTheConnection(Exception failure, ClusterConnection connection) =>
        connection.Client.IsFaulted
        || failure is HttpRequestException { StatusCode: null } or HttpOperationException { Response.StatusCode: HttpStatusCode.Unauthorized };

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

    [LoggerMessage(LogLevel.Warning, "Cluster {ClusterId} could not be reached or refused the credential ({Reason}); the next call connects again.")]
    private partial void LogReconnect(string clusterId, string reason);
}
