using k8s;
using k8s.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Removes finalizers that an operator has named.</summary>
internal sealed partial class FinalizerRemovals(ClusterConnections connections, TenantNamespaces namespaces, ILogger<FinalizerRemovals> logger)
{
    private const int MaxReported = 50;

    /// <summary>The finalizer of a namespace's spec, with which the API server itself holds it until its content is deleted.</summary>
    private const string NamespaceFinalizer = "kubernetes";

    /// <summary>
    /// Removes the named finalizers from the namespace and from what is in it. Changes nothing unless the namespace is this incarnation's
    /// and is being deleted. Running it again removes nothing more.
    /// </summary>
    /// <exception cref="InvalidException">No finalizer is named, or the one that protects the namespace's content is.</exception>
    /// <exception cref="SandboxException">A call failed.</exception>
    [Function(ActivityNames.RemoveFinalizers)]
    public async Task<RemovedFinalizers> RemoveAsync([ActivityTrigger] FinalizerRemoval removal, CancellationToken cancellationToken)
    {
        if (removal.Finalizers.Count == 0 || removal.Finalizers.Contains(NamespaceFinalizer, StringComparer.Ordinal))
        {
            throw new InvalidException(
                "FinalizerInvalid",
                $"name the finalizers to remove; '{NamespaceFinalizer}' can't be: it goes when the namespace is empty, and without it its content would be lost track of");
        }

        var found = await namespaces.ReadAsync(removal.Tenant, cancellationToken);
        if (found?.Metadata.DeletionTimestamp is null || !namespaces.IsOurs(found, removal.Tenant))
        {
            return new RemovedFinalizers([]);
        }

        List<RemovedFinalizer> removed = [];
        foreach (var item in (await ReadContentAsync(removal.Tenant, cancellationToken)).Append(NamespaceObject(removal.Tenant, found)))
        {
            removed.AddRange(await RemoveAsync(removal, item, cancellationToken));
        }

        return new RemovedFinalizers(
            [.. removed.OrderBy(r => r.Object, StringComparer.Ordinal).ThenBy(r => r.Finalizer, StringComparer.Ordinal).Take(MaxReported)],
            Math.Max(0, removed.Count - MaxReported));
    }

    private async Task<IEnumerable<RemovedFinalizer>> RemoveAsync(FinalizerRemoval removal, HeldObject item, CancellationToken cancellationToken)
    {
        var named = item.Metadata.Finalizers?.Where(f => removal.Finalizers.Contains(f, StringComparer.Ordinal)).ToArray() ?? [];
        if (named.Length == 0)
        {
            return [];
        }

        // With the resource version, so that a finalizer that is added meanwhile is not removed with them.
        var patch = new V1Patch(
            new { metadata = new { item.Metadata.ResourceVersion, finalizers = item.Metadata.Finalizers!.Except(named, StringComparer.Ordinal) } },
            V1Patch.PatchType.MergePatch);
        await connections.FindAsync(
            removal.Tenant.ClusterId, $"remove finalizers of {item.Name}", client => item.Patch(client, patch, cancellationToken), cancellationToken);
        LogRemoved(string.Join(", ", named), item.Name, item.Metadata.NamespaceProperty ?? "", removal.Tenant.ClusterId);
        return named.Select(f => new RemovedFinalizer(item.Name, f));
    }

    private static HeldObject NamespaceObject(TenantNamespaceRef tenant, V1Namespace found) => new(
        $"Namespace/{NamespaceManifest.NameOf(tenant.TenantId)}",
        found.Metadata,
        async (client, patch, token) => await client.CoreV1.PatchNamespaceAsync(patch, found.Metadata.Name, cancellationToken: token));

    // The kinds that this system makes or whose controllers make in a tenant's namespace.
    private async Task<IEnumerable<HeldObject>> ReadContentAsync(TenantNamespaceRef tenant, CancellationToken cancellationToken)
    {
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var kinds = new Func<IKubernetes, Task<IEnumerable<HeldObject>>>[]
        {
            async c => Held("Pod", (await c.CoreV1.ListNamespacedPodAsync(ns, cancellationToken: cancellationToken)).Items, (client, patch, name, t) => client.CoreV1.PatchNamespacedPodAsync(patch, name, ns, cancellationToken: t)),
            async c => Held("Service", (await c.CoreV1.ListNamespacedServiceAsync(ns, cancellationToken: cancellationToken)).Items, (client, patch, name, t) => client.CoreV1.PatchNamespacedServiceAsync(patch, name, ns, cancellationToken: t)),
            async c => Held("ServiceAccount", (await c.CoreV1.ListNamespacedServiceAccountAsync(ns, cancellationToken: cancellationToken)).Items, (client, patch, name, t) => client.CoreV1.PatchNamespacedServiceAccountAsync(patch, name, ns, cancellationToken: t)),
            async c => Held("ConfigMap", (await c.CoreV1.ListNamespacedConfigMapAsync(ns, cancellationToken: cancellationToken)).Items, (client, patch, name, t) => client.CoreV1.PatchNamespacedConfigMapAsync(patch, name, ns, cancellationToken: t)),
            async c => Held("PersistentVolumeClaim", (await c.CoreV1.ListNamespacedPersistentVolumeClaimAsync(ns, cancellationToken: cancellationToken)).Items, (client, patch, name, t) => client.CoreV1.PatchNamespacedPersistentVolumeClaimAsync(patch, name, ns, cancellationToken: t)),
            async c => Held("ResourceQuota", (await c.CoreV1.ListNamespacedResourceQuotaAsync(ns, cancellationToken: cancellationToken)).Items, (client, patch, name, t) => client.CoreV1.PatchNamespacedResourceQuotaAsync(patch, name, ns, cancellationToken: t)),
            async c => Held("LimitRange", (await c.CoreV1.ListNamespacedLimitRangeAsync(ns, cancellationToken: cancellationToken)).Items, (client, patch, name, t) => client.CoreV1.PatchNamespacedLimitRangeAsync(patch, name, ns, cancellationToken: t)),
            async c => Held("NetworkPolicy", (await c.NetworkingV1.ListNamespacedNetworkPolicyAsync(ns, cancellationToken: cancellationToken)).Items, (client, patch, name, t) => client.NetworkingV1.PatchNamespacedNetworkPolicyAsync(patch, name, ns, cancellationToken: t)),
            async c => Held("Deployment", (await c.AppsV1.ListNamespacedDeploymentAsync(ns, cancellationToken: cancellationToken)).Items, (client, patch, name, t) => client.AppsV1.PatchNamespacedDeploymentAsync(patch, name, ns, cancellationToken: t)),
            async c => Held("ReplicaSet", (await c.AppsV1.ListNamespacedReplicaSetAsync(ns, cancellationToken: cancellationToken)).Items, (client, patch, name, t) => client.AppsV1.PatchNamespacedReplicaSetAsync(patch, name, ns, cancellationToken: t)),
        };
        List<HeldObject> found = [];
        foreach (var list in kinds)
        {
            found.AddRange(await connections.CallAsync(tenant.ClusterId, $"list the content of {ns}", list, cancellationToken));
        }

        return found;
    }

    private static IEnumerable<HeldObject> Held<T>(
        string kind, IEnumerable<T> items, Func<IKubernetes, V1Patch, string, CancellationToken, Task<T>> patch)
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        items.Where(i => i.Metadata.Finalizers is { Count: > 0 }).Select(i => new HeldObject(
            $"{kind}/{i.Metadata.Name}", i.Metadata, async (client, change, token) => await patch(client, change, i.Metadata.Name, token)));

    private sealed record HeldObject(string Name, V1ObjectMeta Metadata, Func<IKubernetes, V1Patch, CancellationToken, Task<object>> Patch);

    [LoggerMessage(LogLevel.Warning, "Finalizers {Finalizers} of {Object} in namespace {Namespace} on cluster {ClusterId} were removed by request.")]
    private partial void LogRemoved(string finalizers, string @object, string @namespace, string clusterId);
}
