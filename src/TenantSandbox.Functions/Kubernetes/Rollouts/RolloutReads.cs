using k8s;
using k8s.Models;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes.Rollouts;

/// <summary>The reads of the rollout watch.</summary>
internal sealed class RolloutReads(ClusterConnections connections, IOptions<TenantSandboxOptions> options)
{
    private const int MaxEvents = 500;

    /// <exception cref="SandboxException">The call failed.</exception>
    public async Task<(IList<V1Deployment> Items, string Version)> ListDeploymentsAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var list = await connections.CallAsync(
            tenant.ClusterId,
            $"list Deployments of {ns}",
            client => client.AppsV1.ListNamespacedDeploymentAsync(ns, labelSelector: Selector(tenant), cancellationToken: cancellationToken),
            cancellationToken);
        return (list.Items, list.Metadata.ResourceVersion);
    }

    /// <exception cref="SandboxException">The call failed.</exception>
    public async Task<IReadOnlyList<V1Pod>> ListPodsAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var list = await connections.CallAsync(
            tenant.ClusterId,
            $"list pods of {ns}",
            client => client.CoreV1.ListNamespacedPodAsync(ns, labelSelector: Selector(tenant), cancellationToken: cancellationToken),
            cancellationToken);
        return [.. list.Items];
    }

    /// <summary>
    /// Reads the warnings of the namespace and the nodes of the pool. They explain a failure, so a failure to read them is not one of
    /// the rollout.
    /// </summary>
    public async Task<RolloutFacts> ReadFactsAsync(DesiredTenant tenant, IReadOnlyList<V1Pod> pods, CancellationToken cancellationToken)
    {
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var events = TryAsync(async () => (await connections.CallAsync(
            tenant.ClusterId,
            $"list events of {ns}",
            client => client.CoreV1.ListNamespacedEventAsync(ns, fieldSelector: "type=Warning", limit: MaxEvents, cancellationToken: cancellationToken),
            cancellationToken)).Items);
        var nodes = tenant.PoolName is { } pool && options.Value.Workloads.BindToPool
            ? TryAsync(async () => (await connections.CallAsync(
                tenant.ClusterId,
                $"list nodes of agent pool {pool}",
                client => client.CoreV1.ListNodeAsync(labelSelector: $"{SandboxNodes.PoolLabel}={pool}", cancellationToken: cancellationToken),
                cancellationToken)).Items)
            : Task.FromResult<IList<V1Node>>([]);
        return new RolloutFacts(pods, [.. await events], [.. await nodes]);
    }

    /// <summary>Watches until the time is up, the stream ends, or <paramref name="goOn"/> answers false.</summary>
    /// <exception cref="SandboxException">The watch was refused.</exception>
    public Task WatchDeploymentsAsync(
        DesiredTenant tenant, string version, TimeSpan slice, Func<WatchEventType, V1Deployment, bool> goOn, CancellationToken cancellationToken)
    {
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        return connections.CallAsync(
            tenant.ClusterId,
            $"watch Deployments of {ns}",
            async client =>
            {
                var events = client.AppsV1.WatchListNamespacedDeploymentAsync(
                    ns,
                    labelSelector: Selector(tenant),
                    resourceVersion: version,
                    timeoutSeconds: (int)Math.Ceiling(slice.TotalSeconds),
                    cancellationToken: cancellationToken);
                await foreach (var (type, deployment) in events.UntilEndAsync(cancellationToken))
                {
                    if (!goOn(type, deployment))
                    {
                        return false;
                    }
                }

                return true;
            },
            cancellationToken);
    }

    private static async Task<IList<T>> TryAsync<T>(Func<Task<IList<T>>> read)
    {
        try
        {
            return await read();
        }
        catch (SandboxException)
        {
            return [];
        }
    }

    private string Selector(DesiredTenant tenant) => Labels.Selector(options.Value.Owner, tenant.Namespace);
}
