using k8s;
using k8s.Models;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Kubernetes.Rollouts;

namespace TenantSandbox.Functions.Kubernetes.Workloads;

/// <summary>Reads what runs of a tenant. Nothing of a namespace is read before it is identified as this incarnation's.</summary>
internal sealed class WorkloadStateReader(ClusterConnections connections, TenantNamespaces namespaces, IOptions<TenantSandboxOptions> options)
{
    /// <summary>Most events that are shown.</summary>
    public const int MaxEvents = 50;

    /// <summary>Most pods that are shown of one workload.</summary>
    public const int MaxPods = 100;

    // The API returns events by name, not by time, so that more are read than shown.
    private const int MaxEventsRead = 1000;

    /// <exception cref="InvalidException">Code <c>NamespaceNotOwned</c>: the namespace belongs to someone else.</exception>
    /// <exception cref="SandboxException">A call failed.</exception>
    public async Task<TenantWorkloadStates> ReadAsync(TenantNamespaceRef tenant, CancellationToken cancellationToken)
    {
        if (await FindNamespaceAsync(tenant, cancellationToken) is not { } ns)
        {
            return new(null, [], []);
        }

        var controllers = ListControllersAsync(tenant, ns, cancellationToken);
        var pods = ListPodsAsync(tenant, ns, "", cancellationToken);
        var events = ListEventsAsync(tenant, ns, cancellationToken);
        var services = ListAsync(
            tenant,
            "Services",
            ns,
            async client => (await client.CoreV1.ListNamespacedServiceAsync(ns, labelSelector: Selector(tenant), cancellationToken: cancellationToken)).Items,
            cancellationToken);
        var routes = ListRoutesAsync(tenant, ns, cancellationToken);
        await Task.WhenAll(controllers, pods, events, services, routes);
        var servicesByWorkload = (await services).OrderBy(s => s.Metadata.Name, StringComparer.Ordinal).ToLookup(s => WorkloadOf(s.Metadata), ServiceState.Of);
        var routesByWorkload = (await routes).ToLookup(r => WorkloadOf(r.Metadata), ExposureState.Of);
        var podsByWorkload = (await pods).ToLookup(p => WorkloadOf(p.Metadata));
        var byName = (await controllers).ToLookup(c => c.Name);
        return new(
            ns,
            [
                .. byName.Select(g => g.Key).Union(podsByWorkload.Select(g => g.Key)).Order(StringComparer.Ordinal)
                    .Select(name => Join(name, byName[name].FirstOrDefault(), [.. podsByWorkload[name]]) with
                    {
                        Services = [.. servicesByWorkload[name]],
                        Exposure = routesByWorkload[name].FirstOrDefault(),
                    }),
            ],
            [.. (await events).OrderByDescending(e => RolloutEvents.At(e)).Take(MaxEvents).Select(PodStates.Of)]);
    }

    /// <summary>The pods of a workload by name.</summary>
    /// <returns>Null when the tenant's namespace does not exist.</returns>
    /// <inheritdoc cref="ReadAsync"/>
    public async Task<IReadOnlyList<V1Pod>?> FindPodsAsync(TenantNamespaceRef tenant, string workload, CancellationToken cancellationToken) =>
        await FindNamespaceAsync(tenant, cancellationToken) is { } ns
            ? [.. (await ListPodsAsync(tenant, ns, $",{Labels.Workload}={workload}", cancellationToken)).OrderBy(p => p.Metadata.Name, StringComparer.Ordinal)]
            : null;

    private async Task<string?> FindNamespaceAsync(TenantNamespaceRef tenant, CancellationToken cancellationToken)
    {
        if (await namespaces.ReadAsync(tenant, cancellationToken) is not { } found)
        {
            return null;
        }

        return Ownership.IsOurs(found, options.Value.Owner, tenant)
            ? found.Metadata.Name
            : throw new InvalidException(
                "NamespaceNotOwned",
                $"namespace {found.Metadata.Name} on cluster {tenant.ClusterId} is {Ownership.Describe(found)}, not of incarnation {tenant.Incarnation} "
                + $"of tenant {tenant.TenantId}; nothing of it is shown");
    }

    private async Task<IEnumerable<WorkloadController>> ListControllersAsync(TenantNamespaceRef tenant, string ns, CancellationToken cancellationToken)
    {
        var selector = Selector(tenant);
        var deployments = ListAsync(
            tenant,
            "Deployments",
            ns,
            async client => (await client.AppsV1.ListNamespacedDeploymentAsync(ns, labelSelector: selector, cancellationToken: cancellationToken)).Items,
            cancellationToken);
        var statefulSets = ListAsync(
            tenant,
            "StatefulSets",
            ns,
            async client => (await client.AppsV1.ListNamespacedStatefulSetAsync(ns, labelSelector: selector, cancellationToken: cancellationToken)).Items,
            cancellationToken);
        var jobs = ListAsync(
            tenant,
            "Jobs",
            ns,
            async client => (await client.BatchV1.ListNamespacedJobAsync(ns, labelSelector: selector, cancellationToken: cancellationToken)).Items,
            cancellationToken);
        var cronJobs = ListAsync(
            tenant,
            "CronJobs",
            ns,
            async client => (await client.BatchV1.ListNamespacedCronJobAsync(ns, labelSelector: selector, cancellationToken: cancellationToken)).Items,
            cancellationToken);
        await Task.WhenAll(deployments, statefulSets, jobs, cronJobs);
        return
        [
            .. (await deployments).Select(WorkloadController.Of),
            .. (await statefulSets).Select(WorkloadController.Of),
            // A CronJob's Jobs are shown by their pods.
            .. (await jobs).Where(j => !JobRuns.IsRun(j)).Select(WorkloadController.Of),
            .. (await cronJobs).Select(WorkloadController.Of),
        ];
    }

    // A server that doesn't know a kind has none of it: Kubernetes 1.20 has no CronJobs of batch/v1.
    private async Task<IList<T>> ListAsync<T>(
        TenantNamespaceRef tenant, string what, string ns, Func<IKubernetes, Task<IList<T>>> list, CancellationToken cancellationToken) =>
        await connections.FindAsync(tenant.ClusterId, $"list {what} of {ns}", list, cancellationToken) ?? [];

    // Where no Gateway is configured there are no routes, and the app needs no permission to read them.
    private async Task<IEnumerable<HttpRoute>> ListRoutesAsync(TenantNamespaceRef tenant, string ns, CancellationToken cancellationToken) =>
        options.Value.FindGateway(tenant.ClusterId) is null
            ? []
            : await ListAsync(
                tenant,
                "HTTPRoutes",
                ns,
                async client => (IList<HttpRoute>)[.. (await client.ListAsync<HttpRoute>(ns, Selector(tenant), cancellationToken)).Items],
                cancellationToken);

    private async Task<IList<V1Pod>> ListPodsAsync(TenantNamespaceRef tenant, string ns, string more, CancellationToken cancellationToken) =>
        (await connections.ListPodsAsync(tenant.ClusterId, ns, Selector(tenant) + more, cancellationToken)).Items;

    private async Task<IList<Corev1Event>> ListEventsAsync(TenantNamespaceRef tenant, string ns, CancellationToken cancellationToken) =>
        (await connections.CallAsync(
            tenant.ClusterId,
            $"list events of {ns}",
            client => client.CoreV1.ListNamespacedEventAsync(ns, limit: MaxEventsRead, cancellationToken: cancellationToken),
            cancellationToken)).Items;

    private static WorkloadState Join(string name, WorkloadController? controller, IReadOnlyList<V1Pod> pods)
    {
        var states = pods.OrderBy(p => p.Metadata.Name, StringComparer.Ordinal).Take(MaxPods).Select(PodStates.Of).ToArray();
        return new(
            name, controller?.Kind, controller?.Images ?? [], controller?.Desired, controller?.Ready ?? states.Count(p => p.IsReady), controller?.Updated, states, pods.Count);
    }

    private static string WorkloadOf(V1ObjectMeta metadata) => metadata.Labels.TryGetValue(Labels.Workload, out var name) ? name : metadata.Name;

    private string Selector(TenantNamespaceRef tenant) => Labels.Selector(options.Value.Owner, tenant);
}
