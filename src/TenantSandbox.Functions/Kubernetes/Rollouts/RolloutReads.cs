using k8s;
using k8s.Models;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes.Rollouts;

/// <summary>The reads of the rollout watch.</summary>
internal sealed class RolloutReads(ClusterConnections connections, IOptions<TenantSandboxOptions> options)
{
    private const int MaxEvents = 500;

    /// <summary>The objects that make the tenant's pods, of the kinds that its spec has.</summary>
    /// <exception cref="SandboxException">The call failed.</exception>
    public async Task<MakerLists> ListMakersAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        var (ns, selector) = (NamespaceManifest.NameOf(tenant.TenantId), Selector(tenant));
        var lists = await Task.WhenAll(KindsOf(tenant).Select(async kind => (Kind: kind, List: await ListAsync(kind))));
        return new(
            [.. lists.SelectMany(l => l.List.Items)],
            lists.Where(l => l.Kind != WorkloadKind.CronJob).ToDictionary(l => l.Kind, l => l.List.Version));

        Task<(IEnumerable<IKubernetesObject<V1ObjectMeta>> Items, string Version)> ListAsync(WorkloadKind kind) =>
            connections.CallAsync<(IEnumerable<IKubernetesObject<V1ObjectMeta>> Items, string Version)>(
                tenant.ClusterId,
                $"list {kind}s of {ns}",
                async client =>
                {
                    switch (kind)
                    {
                        case WorkloadKind.StatefulSet:
                            var sets = await client.AppsV1.ListNamespacedStatefulSetAsync(ns, labelSelector: selector, cancellationToken: cancellationToken);
                            return (sets.Items, sets.Metadata.ResourceVersion);
                        case WorkloadKind.Job:
                            var jobs = await client.BatchV1.ListNamespacedJobAsync(ns, labelSelector: selector, cancellationToken: cancellationToken);
                            return (jobs.Items.Where(j => !JobRuns.IsRun(j)), jobs.Metadata.ResourceVersion);
                        case WorkloadKind.CronJob:
                            var cronJobs = await client.BatchV1.ListNamespacedCronJobAsync(ns, labelSelector: selector, cancellationToken: cancellationToken);
                            return (cronJobs.Items, cronJobs.Metadata.ResourceVersion);
                        default:
                            var others = await client.AppsV1.ListNamespacedDeploymentAsync(ns, labelSelector: selector, cancellationToken: cancellationToken);
                            return (others.Items, others.Metadata.ResourceVersion);
                    }
                },
                cancellationToken);
    }

    /// <exception cref="SandboxException">The call failed.</exception>
    public async Task<IReadOnlyList<V1Pod>> ListPodsAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        var list = await connections.ListPodsAsync(tenant.ClusterId, NamespaceManifest.NameOf(tenant.TenantId), Selector(tenant), cancellationToken);
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

    /// <summary>
    /// Watches until the time is up, the streams end, or <paramref name="goOn"/> answers false. CronJobs aren't watched: they are accepted or not.
    /// </summary>
    /// <exception cref="SandboxException">A watch was refused.</exception>
    public async Task WatchMakersAsync(
        DesiredTenant tenant, IReadOnlyDictionary<WorkloadKind, string> versions, TimeSpan slice,
        Func<WatchEventType, IKubernetesObject<V1ObjectMeta>, bool> goOn, CancellationToken cancellationToken)
    {
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var gate = new Lock();
        using var decided = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await Task.WhenAll(versions.Select(v => connections.CallAsync(
                tenant.ClusterId, $"watch {v.Key}s of {ns}", client => FollowAsync(client, v.Key, v.Value), decided.Token)));
        }
        catch (OperationCanceledException) when (decided.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // One of the streams has told enough.
        }

        Task<bool> FollowAsync(IKubernetes client, WorkloadKind kind, string version)
        {
            var (selector, timeout) = (Selector(tenant), (int)Math.Ceiling(slice.TotalSeconds));
            return kind switch
            {
                WorkloadKind.StatefulSet => ReadAsync(client.AppsV1.WatchListNamespacedStatefulSetAsync(
                    ns, labelSelector: selector, resourceVersion: version, timeoutSeconds: timeout, cancellationToken: decided.Token)),
                WorkloadKind.Job => ReadAsync(client.BatchV1.WatchListNamespacedJobAsync(
                    ns, labelSelector: selector, resourceVersion: version, timeoutSeconds: timeout, cancellationToken: decided.Token)),
                _ => ReadAsync(client.AppsV1.WatchListNamespacedDeploymentAsync(
                    ns, labelSelector: selector, resourceVersion: version, timeoutSeconds: timeout, cancellationToken: decided.Token)),
            };
        }

        async Task<bool> ReadAsync<T>(IAsyncEnumerable<(WatchEventType, T)> events)
            where T : IKubernetesObject<V1ObjectMeta>
        {
            await foreach (var (type, item) in events.UntilEndAsync(decided.Token))
            {
                bool goesOn;
                lock (gate)
                {
                    goesOn = goOn(type, item);
                }

                if (!goesOn)
                {
                    await decided.CancelAsync();
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Deletes a pod, so that its controller makes it again; nothing when it is another one by now.</summary>
    /// <exception cref="SandboxException">The call failed.</exception>
    public Task DeletePodAsync(DesiredTenant tenant, V1Pod pod, CancellationToken cancellationToken) => connections.FindAsync(
        tenant.ClusterId,
        $"delete pod {pod.Metadata.NamespaceProperty}/{pod.Metadata.Name}",
        client => client.CoreV1.DeleteNamespacedPodAsync(
            pod.Metadata.Name,
            pod.Metadata.NamespaceProperty,
            new V1DeleteOptions { ApiVersion = "v1", Kind = "DeleteOptions", Preconditions = new V1Preconditions { Uid = pod.Metadata.Uid } },
            cancellationToken: cancellationToken),
        cancellationToken);

    private static IEnumerable<WorkloadKind> KindsOf(DesiredTenant tenant) => tenant.Spec.Workloads.Select(w => w.Kind).Distinct().Order();

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

/// <summary>The objects that make a tenant's pods.</summary>
/// <param name="Items">The objects, of all kinds.</param>
/// <param name="Versions">Of each kind that can be watched, the version of its list.</param>
internal sealed record MakerLists(IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Items, IReadOnlyDictionary<WorkloadKind, string> Versions);
