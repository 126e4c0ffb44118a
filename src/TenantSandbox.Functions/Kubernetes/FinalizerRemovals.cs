using k8s;
using k8s.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Removes finalizers that an operator has named.</summary>
internal sealed partial class FinalizerRemovals(
    ClusterConnections connections, TenantNamespaces namespaces, WorkloadObjects objects, ILogger<FinalizerRemovals> logger)
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
                $"name the finalizers to remove; '{NamespaceFinalizer}' can't be removed: Kubernetes removes it when the namespace is empty, and "
                + "without it the content would stay behind");
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

    // The built-in kinds that are found in a tenant's namespace. The namespace's conditions name what else holds it.
    private async Task<IEnumerable<HeldObject>> ReadContentAsync(TenantNamespaceRef tenant, CancellationToken cancellationToken)
    {
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        IEnumerable<HeldObject>[] found =
        [
            .. await Task.WhenAll(objects.KindsOn(tenant.ClusterId).Select(ListWorkloadsAsync)),
            await ListAsync("Pod", (c, t) => c.CoreV1.ListNamespacedPodAsync(ns, cancellationToken: t), l => l.Items,
                (c, patch, name, t) => c.CoreV1.PatchNamespacedPodAsync(patch, name, ns, cancellationToken: t)),
            await ListAsync("ServiceAccount", (c, t) => c.CoreV1.ListNamespacedServiceAccountAsync(ns, cancellationToken: t), l => l.Items,
                (c, patch, name, t) => c.CoreV1.PatchNamespacedServiceAccountAsync(patch, name, ns, cancellationToken: t)),
            await ListAsync("PersistentVolumeClaim", (c, t) => c.CoreV1.ListNamespacedPersistentVolumeClaimAsync(ns, cancellationToken: t), l => l.Items,
                (c, patch, name, t) => c.CoreV1.PatchNamespacedPersistentVolumeClaimAsync(patch, name, ns, cancellationToken: t)),
            await ListAsync("ResourceQuota", (c, t) => c.CoreV1.ListNamespacedResourceQuotaAsync(ns, cancellationToken: t), l => l.Items,
                (c, patch, name, t) => c.CoreV1.PatchNamespacedResourceQuotaAsync(patch, name, ns, cancellationToken: t)),
            await ListAsync("LimitRange", (c, t) => c.CoreV1.ListNamespacedLimitRangeAsync(ns, cancellationToken: t), l => l.Items,
                (c, patch, name, t) => c.CoreV1.PatchNamespacedLimitRangeAsync(patch, name, ns, cancellationToken: t)),
            await ListAsync("NetworkPolicy", (c, t) => c.NetworkingV1.ListNamespacedNetworkPolicyAsync(ns, cancellationToken: t), l => l.Items,
                (c, patch, name, t) => c.NetworkingV1.PatchNamespacedNetworkPolicyAsync(patch, name, ns, cancellationToken: t)),
            await ListAsync("ReplicaSet", (c, t) => c.AppsV1.ListNamespacedReplicaSetAsync(ns, cancellationToken: t), l => l.Items,
                (c, patch, name, t) => c.AppsV1.PatchNamespacedReplicaSetAsync(patch, name, ns, cancellationToken: t)),
        ];
        return found.SelectMany(f => f);

        Task<IEnumerable<HeldObject>> ListWorkloadsAsync(WorkloadObjectKind kind) =>
            FindHeldAsync(kind.Name, (client, token) => kind.ListAsync(client, ns, null, token), kind.PatchAsync);

        Task<IEnumerable<HeldObject>> ListAsync<TList, TItem>(
            string kind,
            Func<IKubernetes, CancellationToken, Task<TList>> list,
            Func<TList, IEnumerable<TItem>> items,
            Func<IKubernetes, V1Patch, string, CancellationToken, Task<TItem>> patch)
            where TList : class
            where TItem : class, IKubernetesObject<V1ObjectMeta> =>
            FindHeldAsync(
                kind,
                async (client, token) => [.. items(await list(client, token))],
                async (client, metadata, change, token) => await patch(client, change, metadata.Name, token));

        async Task<IEnumerable<HeldObject>> FindHeldAsync(
            string kind,
            Func<IKubernetes, CancellationToken, Task<IReadOnlyList<IKubernetesObject<V1ObjectMeta>>>> list,
            Func<IKubernetes, V1ObjectMeta, V1Patch, CancellationToken, Task<object>> patch)
        {
            // Null where the cluster doesn't serve the kind.
            var all = await connections.FindAsync(tenant.ClusterId, $"list objects of kind {kind} of {ns}", client => list(client, cancellationToken), cancellationToken);
            return (all ?? []).Where(i => i.Metadata.Finalizers is { Count: > 0 }).Select(i => new HeldObject(
                $"{kind}/{i.Metadata.Name}", i.Metadata, (client, change, token) => patch(client, i.Metadata, change, token)));
        }
    }

    private sealed record HeldObject(string Name, V1ObjectMeta Metadata, Func<IKubernetes, V1Patch, CancellationToken, Task<object>> Patch);

    [LoggerMessage(LogLevel.Warning, "Finalizers {Finalizers} of {Object} in namespace {Namespace} on cluster {ClusterId} were removed by request.")]
    private partial void LogRemoved(string finalizers, string @object, string @namespace, string clusterId);
}
