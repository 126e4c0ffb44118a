using k8s;
using k8s.Models;
using Microsoft.Azure.Functions.Worker;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Reads which tenants' pods run in an agent pool.</summary>
internal sealed class PoolPodReader(ClusterConnections connections)
{
    private const int MaxNames = 5;
    private const int ParallelReads = 8;

    /// <summary>
    /// Counts the pods on the pool's nodes that are in a tenant's namespace, of any installation: deleting the pool would end them. Pods
    /// that have ended, and those of the cluster's own components, don't count.
    /// </summary>
    /// <exception cref="SandboxException">A call failed.</exception>
    [Function(ActivityNames.ReadPoolPods)]
    public async Task<PoolPods> ReadAsync([ActivityTrigger] PoolRef pool, CancellationToken cancellationToken)
    {
        List<string> found = [];
        foreach (var nodes in (await ReadNodesAsync(pool, cancellationToken)).Chunk(ParallelReads))
        {
            var pods = await Task.WhenAll(nodes.Select(n => ReadPodsAsync(pool.ClusterId, n, cancellationToken)));
            found.AddRange(pods.SelectMany(p => p).Where(IsTenants).Select(p => $"{p.Metadata.NamespaceProperty}/{p.Metadata.Name}"));
        }

        return new PoolPods(found.Count, [.. found.Order(StringComparer.Ordinal).Take(MaxNames)]);
    }

    // By AKS's label and by the pool's own: a node that lacks one of them must not hide its pods.
    private async Task<IEnumerable<string>> ReadNodesAsync(PoolRef pool, CancellationToken cancellationToken)
    {
        var lists = await Task.WhenAll(new[] { SandboxNodes.AgentPoolLabel, SandboxNodes.PoolLabel }.Select(label => connections.CallAsync(
            pool.ClusterId,
            $"list nodes of agent pool {pool.Name}",
            client => client.CoreV1.ListNodeAsync(labelSelector: $"{label}={pool.Name}", cancellationToken: cancellationToken),
            cancellationToken)));
        return lists.SelectMany(l => l.Items).Select(n => n.Metadata.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
    }

    private async Task<IEnumerable<V1Pod>> ReadPodsAsync(string clusterId, string node, CancellationToken cancellationToken)
    {
        var list = await connections.CallAsync(
            clusterId,
            $"list pods of node {node}",
            client => client.CoreV1.ListPodForAllNamespacesAsync(fieldSelector: $"spec.nodeName={node}", cancellationToken: cancellationToken),
            cancellationToken);
        return list.Items;
    }

    // Also pods that a person put into a tenant's namespace, and tenants' pods in a namespace of another name.
    private static bool IsTenants(V1Pod pod) =>
        pod.Status?.Phase is not ("Succeeded" or "Failed")
        && (pod.Metadata.NamespaceProperty.StartsWith(NamespaceManifest.NameOf(""), StringComparison.Ordinal)
            || pod.Metadata.Labels?.ContainsKey(Labels.Tenant) == true);
}
