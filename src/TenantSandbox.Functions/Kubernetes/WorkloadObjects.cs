using k8s;
using k8s.Models;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Lists the objects of a tenant's workloads: what makes pods, what scales them, Services, routes and ConfigMaps.</summary>
internal sealed class WorkloadObjects(ClusterConnections connections, IOptions<TenantSandboxOptions> options)
{
    /// <summary>All objects of this incarnation, those of a CronJob's Jobs included.</summary>
    /// <exception cref="SandboxException">A call failed.</exception>
    public async Task<IReadOnlyList<IKubernetesObject<V1ObjectMeta>>> ListAsync(TenantNamespaceRef tenant, CancellationToken cancellationToken)
    {
        var lists = await Task.WhenAll(KindsOn(tenant.ClusterId).Select(kind => ListAsync(kind, tenant, cancellationToken)));
        return [.. lists.SelectMany(l => l)];
    }

    /// <summary>The kinds that a cluster can have: where no Gateway is configured there are no routes, and the app needs no permission to read them.</summary>
    public IEnumerable<WorkloadObjectKind> KindsOn(string clusterId) =>
        WorkloadObjectKind.All.Where(k => k.Type != typeof(HttpRoute) || options.Value.FindGateway(clusterId) is not null);

    /// <summary>The objects of one kind.</summary>
    /// <inheritdoc cref="ListAsync(TenantNamespaceRef, CancellationToken)"/>
    public async Task<IReadOnlyList<IKubernetesObject<V1ObjectMeta>>> ListAsync(
        WorkloadObjectKind kind, TenantNamespaceRef tenant, CancellationToken cancellationToken)
    {
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var selector = Labels.Selector(options.Value.Owner, tenant);
        // A server that doesn't know a kind has none of it: Kubernetes 1.20 has neither CronJobs of batch/v1 nor autoscaling/v2.
        var found = await connections.FindAsync(
            tenant.ClusterId, $"list {kind.Name}s of {ns}", client => kind.ListAsync(client, ns, selector, cancellationToken), cancellationToken);
        return found ?? [];
    }
}

/// <summary>A kind of object that workloads consist of, with the client's calls for it.</summary>
/// <param name="Name">The kind's name.</param>
/// <param name="Type">The client's type.</param>
/// <param name="ListAsync">Lists those of a namespace that a label selector matches.</param>
/// <param name="DeleteAsync">Deletes one.</param>
/// <param name="PatchAsync">Patches one.</param>
internal sealed record WorkloadObjectKind(
    string Name,
    Type Type,
    Func<IKubernetes, string, string?, CancellationToken, Task<IReadOnlyList<IKubernetesObject<V1ObjectMeta>>>> ListAsync,
    Func<IKubernetes, V1ObjectMeta, V1DeleteOptions, CancellationToken, Task> DeleteAsync,
    Func<IKubernetes, V1ObjectMeta, V1Patch, CancellationToken, Task<object>> PatchAsync)
{
    /// <summary>All kinds.</summary>
    public static IReadOnlyList<WorkloadObjectKind> All { get; } =
    [
        Of(
            "Deployment",
            async (c, ns, s, t) => (await c.AppsV1.ListNamespacedDeploymentAsync(ns, labelSelector: s, cancellationToken: t)).Items,
            (c, m, o, t) => c.AppsV1.DeleteNamespacedDeploymentAsync(m.Name, m.NamespaceProperty, o, cancellationToken: t),
            async (c, m, p, t) => await c.AppsV1.PatchNamespacedDeploymentAsync(p, m.Name, m.NamespaceProperty, cancellationToken: t)),
        Of(
            "StatefulSet",
            async (c, ns, s, t) => (await c.AppsV1.ListNamespacedStatefulSetAsync(ns, labelSelector: s, cancellationToken: t)).Items,
            (c, m, o, t) => c.AppsV1.DeleteNamespacedStatefulSetAsync(m.Name, m.NamespaceProperty, o, cancellationToken: t),
            async (c, m, p, t) => await c.AppsV1.PatchNamespacedStatefulSetAsync(p, m.Name, m.NamespaceProperty, cancellationToken: t)),
        Of(
            "Job",
            async (c, ns, s, t) => (await c.BatchV1.ListNamespacedJobAsync(ns, labelSelector: s, cancellationToken: t)).Items,
            (c, m, o, t) => c.BatchV1.DeleteNamespacedJobAsync(m.Name, m.NamespaceProperty, o, cancellationToken: t),
            async (c, m, p, t) => await c.BatchV1.PatchNamespacedJobAsync(p, m.Name, m.NamespaceProperty, cancellationToken: t)),
        Of(
            "CronJob",
            async (c, ns, s, t) => (await c.BatchV1.ListNamespacedCronJobAsync(ns, labelSelector: s, cancellationToken: t)).Items,
            (c, m, o, t) => c.BatchV1.DeleteNamespacedCronJobAsync(m.Name, m.NamespaceProperty, o, cancellationToken: t),
            async (c, m, p, t) => await c.BatchV1.PatchNamespacedCronJobAsync(p, m.Name, m.NamespaceProperty, cancellationToken: t)),
        Of(
            "HorizontalPodAutoscaler",
            async (c, ns, s, t) => (await c.AutoscalingV2.ListNamespacedHorizontalPodAutoscalerAsync(ns, labelSelector: s, cancellationToken: t)).Items,
            (c, m, o, t) => c.AutoscalingV2.DeleteNamespacedHorizontalPodAutoscalerAsync(m.Name, m.NamespaceProperty, o, cancellationToken: t),
            async (c, m, p, t) => await c.AutoscalingV2.PatchNamespacedHorizontalPodAutoscalerAsync(p, m.Name, m.NamespaceProperty, cancellationToken: t)),
        Of(
            "Service",
            async (c, ns, s, t) => (await c.CoreV1.ListNamespacedServiceAsync(ns, labelSelector: s, cancellationToken: t)).Items,
            (c, m, o, t) => c.CoreV1.DeleteNamespacedServiceAsync(m.Name, m.NamespaceProperty, o, cancellationToken: t),
            async (c, m, p, t) => await c.CoreV1.PatchNamespacedServiceAsync(p, m.Name, m.NamespaceProperty, cancellationToken: t)),
        Of(
            "ConfigMap",
            async (c, ns, s, t) => (await c.CoreV1.ListNamespacedConfigMapAsync(ns, labelSelector: s, cancellationToken: t)).Items,
            (c, m, o, t) => c.CoreV1.DeleteNamespacedConfigMapAsync(m.Name, m.NamespaceProperty, o, cancellationToken: t),
            async (c, m, p, t) => await c.CoreV1.PatchNamespacedConfigMapAsync(p, m.Name, m.NamespaceProperty, cancellationToken: t)),
        Of(
            HttpRoute.KindName,
            async (c, ns, s, t) => (IList<HttpRoute>)[.. (await c.ListAsync<HttpRoute>(ns, s, t)).Items],
            (c, m, o, t) => c.DeleteAsync<HttpRoute>(m, o, t),
            async (c, m, p, t) => await c.PatchAsync<HttpRoute>(m, p, t)),
    ];

    /// <summary>Jobs, also those of CronJobs.</summary>
    public static WorkloadObjectKind Job { get; } = All.First(k => k.Type == typeof(V1Job));

    /// <summary>The kind of an object. Items of lists don't say it themselves.</summary>
    public static WorkloadObjectKind Of(IKubernetesObject<V1ObjectMeta> item) => All.First(k => k.Type.IsInstanceOfType(item));

    private static WorkloadObjectKind Of<T>(
        string name,
        Func<IKubernetes, string, string?, CancellationToken, Task<IList<T>>> list,
        Func<IKubernetes, V1ObjectMeta, V1DeleteOptions, CancellationToken, Task> delete,
        Func<IKubernetes, V1ObjectMeta, V1Patch, CancellationToken, Task<object>> patch)
        where T : IKubernetesObject<V1ObjectMeta> =>
        new(name, typeof(T), async (c, ns, s, t) => [.. (await list(c, ns, s, t)).Cast<IKubernetesObject<V1ObjectMeta>>()], delete, patch);
}
