using k8s;
using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Kubernetes.Rollouts;
using TenantSandbox.Functions.Kubernetes.Secrets;

namespace TenantSandbox.Functions.Kubernetes.Inspection;

/// <summary>Compares one tenant with what its cluster has.</summary>
/// <param name="options">All settings.</param>
/// <param name="network">The cluster's network.</param>
/// <param name="content">What the cluster has.</param>
internal sealed class TenantInspection(TenantSandboxOptions options, ClusterNetwork network, ClusterContent content)
{
    private readonly ILookup<string, IKubernetesObject<V1ObjectMeta>> _objects =
        content.Objects.ToLookup(o => o.Metadata.NamespaceProperty, StringComparer.Ordinal);

    private readonly ILookup<string, V1Pod> _pods = content.Pods.ToLookup(p => p.Metadata.NamespaceProperty, StringComparer.Ordinal);
    private readonly ILookup<string, SecretHead> _secrets = content.Secrets.ToLookup(s => s.Metadata.NamespaceProperty, StringComparer.Ordinal);
    private readonly ILookup<string, IKubernetesObject<V1ObjectMeta>> _foreignPolicies =
        content.ForeignPolicies.ToLookup(p => p.Metadata.NamespaceProperty, StringComparer.Ordinal);

    private readonly Dictionary<string, V1RuntimeClass> _runtimeClasses = content.RuntimeClasses.ToDictionary(c => c.Metadata.Name, StringComparer.Ordinal);

    private readonly HashSet<(string Node, string Pool)> _nodes =
        [.. content.Nodes.Select(n => (n.Metadata.Name, n.Metadata.Labels.TryGetValue(SandboxNodes.PoolLabel, out var pool) ? pool : ""))];

    /// <summary>The tenant's Secrets, by name.</summary>
    public IReadOnlyDictionary<string, SecretHead> SecretsOf(DesiredTenant tenant) => _secrets[NamespaceManifest.NameOf(tenant.TenantId)]
        .Where(s => IsOfTenant(s.Metadata, tenant)).ToDictionary(s => s.Metadata.Name, StringComparer.Ordinal);

    /// <summary>The findings about a tenant whose namespace is its own.</summary>
    public TenantObservation Inspect(DesiredTenant tenant, V1Namespace found)
    {
        var name = found.Metadata.Name;
        var pods = _pods[name].Where(p => IsOfTenant(p.Metadata, tenant) && p.Metadata.DeletionTimestamp is null).ToArray();
        Finding[] findings =
        [
            .. ObjectInspection.Inspect(NamespaceManifest.Namespace(tenant, options), found),
            .. RuntimeClasses(tenant),
            .. Objects(tenant, name),
            .. Unenforced(tenant),
            .. ExtraSecrets(tenant),
            .. PodSecurity(name),
            .. tenant.IsSuspended ? [] : Pods(tenant, pods),
        ];
        findings = [.. findings, .. Network(tenant, name, pods, findings)];
        var servers = tenant.Spec.Workloads.Where(w => !w.Kind.RunsToCompletion()).ToDictionary(w => w.Name, StringComparer.Ordinal);
        var ready = pods.Count(p => p.IsReady() && servers.ContainsKey(WorkloadOf(p)));
        var desired = tenant.IsSuspended ? 0 : servers.Values.Sum(w => ReplicasOf(w, name));
        return new TenantObservation(tenant.TenantId, tenant.Incarnation, NamespaceCondition.Present, ready, desired, findings);
    }

    // They are repaired with the cluster's baseline, not with a tenant.
    private IEnumerable<Finding> RuntimeClasses(DesiredTenant tenant) => TenantManifests.RuntimeClasses(tenant, options)
        .SelectMany(c => ObjectInspection.Inspect(c, _runtimeClasses.GetValueOrDefault(c.Metadata.Name)))
        .Select(f => f with { IsRepairable = false });

    private IEnumerable<Finding> Objects(DesiredTenant tenant, string ns)
    {
        // A CronJob's Jobs come and go.
        var live = _objects[ns].Where(o => IsOfTenant(o.Metadata, tenant) && !JobRuns.IsRun(o)).ToDictionary(WorkloadPlan.Key);
        if (StorageNeed.Any(tenant.Spec))
        {
            tenant = tenant with { KeptClaims = KeptClaim.Of(tenant.Spec, live.Values.OfType<V1PersistentVolumeClaim>()) };
        }

        IKubernetesObject<V1ObjectMeta>[] desired =
        [
            .. TenantManifests.Guardrails(tenant, options, network),
            .. TenantManifests.Workloads(tenant, options),
            .. TenantManifests.Autoscalers(tenant, options),
            .. TenantManifests.Services(tenant, options),
            .. TenantManifests.Routes(tenant, options),
            .. TenantManifests.Volumes(tenant, options),
        ];
        var workloads = new WorkloadInspection(tenant);
        foreach (var finding in desired.SelectMany(d => workloads.Inspect(d, live.GetValueOrDefault(WorkloadPlan.Key(d)))))
        {
            yield return finding;
        }

        foreach (var finding in Claims(live.Values))
        {
            yield return finding;
        }

        var wanted = desired.Select(WorkloadPlan.Key).ToHashSet();
        foreach (var extra in live.Values.Where(o => IsDeletable(o) && !wanted.Contains(WorkloadPlan.Key(o))))
        {
            yield return new Finding(
                FindingKind.ObjectExtra, $"{CustomObjects.EntityOf(extra.GetType()).Kind}/{extra.Metadata.Name}", null, "is not part of the spec", IsRepairable: true);
        }

        foreach (var route in desired.OfType<HttpRoute>())
        {
            if (live.GetValueOrDefault(WorkloadPlan.Key(route)) is HttpRoute found && RouteState.Of(found) is { IsReady: false } state)
            {
                yield return new Finding(FindingKind.RouteNotReady, $"{HttpRoute.KindName}/{route.Metadata.Name}", null, state.Message, IsRepairable: false);
            }
        }
    }

    // Whatever the policies say, the tenant is open.
    private IEnumerable<Finding> Unenforced(DesiredTenant tenant) => network.Unenforced is { } reason
        ? [new Finding(FindingKind.NetworkOpened, $"Cluster/{tenant.ClusterId}", null, $"enforces no network policies: {reason}", IsRepairable: false)]
        : [];

    /// <param name="tenant">The tenant.</param>
    /// <param name="ns">Its namespace.</param>
    /// <param name="pods">Its pods.</param>
    /// <param name="findings">What else was found: a policy of its own that someone changed for good is judged like anyone's.</param>
    private IEnumerable<Finding> Network(DesiredTenant tenant, string ns, IEnumerable<V1Pod> pods, IEnumerable<Finding> findings)
    {
        var changed = findings.Where(f => !f.IsRepairable).Select(f => f.Object).ToHashSet(StringComparer.Ordinal);
        IKubernetesObject<V1ObjectMeta>[] others =
        [
            .. _foreignPolicies[ns],
            .. _objects[ns].OfType<V1NetworkPolicy>().Where(p => !IsOfTenant(p.Metadata, tenant) || changed.Contains($"{V1NetworkPolicy.KubeKind}/{p.Metadata.Name}")),
        ];
        return others.Length == 0
            ? []
            : NetworkInspection.Inspect(
                [.. TenantManifests.Guardrails(tenant, options, network).OfType<V1NetworkPolicy>(), .. TenantManifests.Workloads(tenant, options)], others, pods);
    }

    private static bool IsDeletable(IKubernetesObject<V1ObjectMeta> item) =>
        item is V1NetworkPolicy or CiliumNetworkPolicy or V1ServiceAccount || WorkloadObjectKind.All.Any(k => k.Type.IsInstanceOfType(item));

    // A claim that earlier specs have left is no difference: it is kept until the tenant is offboarded.
    private static IEnumerable<Finding> Claims(IEnumerable<IKubernetesObject<V1ObjectMeta>> live) => live.OfType<V1PersistentVolumeClaim>()
        .Where(KeptClaim.IsOfSpec)
        .Select(c => (Claim: c, Message: c switch
        {
            { Metadata.DeletionTimestamp: not null } => "is being deleted by someone else; when no pod uses it, its volume goes by its own reclaim policy",
            { Status.Phase: "Lost" } => $"has lost its volume {c.Spec.VolumeName}; restore the volume, or delete the claim to get an empty one",
            _ => null,
        }))
        .Where(c => c.Message is not null)
        .Select(c => new Finding(FindingKind.ClaimLost, $"PersistentVolumeClaim/{c.Claim.Metadata.Name}", null, c.Message!, IsRepairable: false));

    private IEnumerable<Finding> ExtraSecrets(DesiredTenant tenant)
    {
        var wanted = (tenant.Spec.SecretRefs ?? []).Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        return SecretsOf(tenant).Keys.Where(name => !wanted.Contains(name)).Order(StringComparer.Ordinal)
            .Select(name => new Finding(FindingKind.ObjectExtra, $"Secret/{name}", null, "is not part of the spec", IsRepairable: true));
    }

    // Of whoever's pods run in the namespace. Also of those that are being deleted: they run until they end.
    private IEnumerable<Finding> PodSecurity(string ns) =>
        from pod in _pods[ns]
        where !pod.HasEnded()
        from violation in RestrictedPodSecurity.FindViolations(pod)
        select new Finding(
            FindingKind.PodSecurity, $"Pod/{pod.Metadata.Name}", null, $"violates {violation.Check}: {violation.Message}", IsRepairable: false);

    private IEnumerable<Finding> Pods(DesiredTenant tenant, IEnumerable<V1Pod> pods)
    {
        var kinds = tenant.Spec.Workloads.ToDictionary(w => w.Name, w => w.Kind, StringComparer.Ordinal);
        foreach (var pod in pods)
        {
            var hasEnded = pod.HasEnded();
            if (!pod.IsReady() && !(hasEnded && kinds.TryGetValue(WorkloadOf(pod), out var kind) && kind.RunsToCompletion()))
            {
                // Without events, which would be one more list for each tenant: the watch of a rollout reads them.
                var cause = PodCauses.Of(pod, new RolloutFacts([pod], [], content.Nodes));
                yield return new Finding(
                    FindingKind.PodNotReady, $"Pod/{pod.Metadata.Name}", null,
                    cause?.ToString() ?? $"is {pod.Status?.Phase ?? "new"} and not ready", IsRepairable: false);
            }

            if (options.Workloads.BindToPool && !hasEnded && pod.Spec.NodeName is { Length: > 0 } node && !_nodes.Contains((node, tenant.PoolName ?? "")))
            {
                yield return new Finding(
                    FindingKind.PodOutsidePool, $"Pod/{pod.Metadata.Name}", "spec.nodeName",
                    $"runs on node {node}, which is not in agent pool {tenant.PoolName}", IsRepairable: false);
            }
        }
    }

    // An autoscaler decides within its range; what is wanted then is what it asked for.
    private int ReplicasOf(WorkloadSpec workload, string ns) => DeploymentVerdict.WantedReplicas(
        workload,
        _objects[ns].Where(o => o.Metadata.Name == workload.Name && o is V1Deployment or V1StatefulSet).Select(ReplicaScaling.ReplicasOf).FirstOrDefault());

    private static string WorkloadOf(V1Pod pod) => pod.Metadata.Labels?.TryGetValue(Labels.Workload, out var name) == true ? name : "";

    private bool IsOfTenant(V1ObjectMeta metadata, DesiredTenant tenant) =>
        Labels.Of(options.Owner, tenant).All(l => metadata.Labels?.TryGetValue(l.Key, out var value) == true && value == l.Value);
}
