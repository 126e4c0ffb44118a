using k8s;
using k8s.Models;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Kubernetes.Rollouts;
using TenantSandbox.Functions.Kubernetes.Secrets;

namespace TenantSandbox.Functions.Kubernetes.Inspection;

/// <summary>Compares one tenant with what its cluster has.</summary>
/// <param name="options">All settings.</param>
/// <param name="clusterRanges">The cluster's address ranges, as the network policy denies them.</param>
/// <param name="content">What the cluster has.</param>
internal sealed class TenantInspection(TenantSandboxOptions options, IReadOnlyList<string> clusterRanges, ClusterContent content)
{
    private readonly ILookup<string, IKubernetesObject<V1ObjectMeta>> _objects =
        content.Objects.ToLookup(o => o.Metadata.NamespaceProperty, StringComparer.Ordinal);

    private readonly ILookup<string, V1Pod> _pods = content.Pods.ToLookup(p => p.Metadata.NamespaceProperty, StringComparer.Ordinal);
    private readonly ILookup<string, SecretHead> _secrets = content.Secrets.ToLookup(s => s.Metadata.NamespaceProperty, StringComparer.Ordinal);
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
            .. TenantManifests.RuntimeClasses(tenant, options).SelectMany(c => ObjectInspection.Inspect(c, _runtimeClasses.GetValueOrDefault(c.Metadata.Name))),
            .. Objects(tenant, name),
            .. ExtraSecrets(tenant),
            .. tenant.IsSuspended ? [] : Pods(tenant, pods),
        ];
        var ready = pods.Count(IsReady);
        var desired = tenant.IsSuspended ? 0 : tenant.Spec.Workloads.Sum(w => w.Replicas);
        return new TenantObservation(tenant.TenantId, tenant.Incarnation, NamespaceCondition.Present, ready, desired, findings);
    }

    private IEnumerable<Finding> Objects(DesiredTenant tenant, string ns)
    {
        var live = _objects[ns].Where(o => IsOfTenant(o.Metadata, tenant)).ToDictionary(Key);
        IKubernetesObject<V1ObjectMeta>[] desired =
        [
            .. TenantManifests.Guardrails(tenant, options, clusterRanges),
            .. TenantManifests.Deployments(tenant, options),
            .. TenantManifests.Services(tenant, options),
        ];
        // The pod template of a suspended tenant names the pool that it had.
        Func<string, bool>? compared = tenant.IsSuspended ? path => !path.StartsWith("spec.template", StringComparison.Ordinal) : null;
        foreach (var finding in desired.SelectMany(d => ObjectInspection.Inspect(d, live.GetValueOrDefault(Key(d)), d is V1Deployment ? compared : null)))
        {
            yield return finding;
        }

        var wanted = desired.Select(Key).ToHashSet();
        foreach (var extra in live.Where(o => o.Value is V1Deployment or V1Service or V1ServiceAccount && !wanted.Contains(o.Key)).Select(o => o.Value))
        {
            yield return new Finding(
                FindingKind.ObjectExtra, $"{Key(extra).Kind}/{extra.Metadata.Name}", null, "is not part of the spec", IsRepairable: true);
        }
    }

    private IEnumerable<Finding> ExtraSecrets(DesiredTenant tenant)
    {
        var wanted = (tenant.Spec.SecretRefs ?? []).Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        return SecretsOf(tenant).Keys.Where(name => !wanted.Contains(name)).Order(StringComparer.Ordinal)
            .Select(name => new Finding(FindingKind.ObjectExtra, $"Secret/{name}", null, "is not part of the spec", IsRepairable: true));
    }

    private IEnumerable<Finding> Pods(DesiredTenant tenant, IEnumerable<V1Pod> pods)
    {
        foreach (var pod in pods)
        {
            if (!IsReady(pod))
            {
                // Without events, which would be one more list for each tenant: the watch of a rollout reads them.
                var cause = PodCauses.Of(pod, new RolloutFacts([pod], [], content.Nodes));
                yield return new Finding(
                    FindingKind.PodNotReady, $"Pod/{pod.Metadata.Name}", null,
                    cause?.ToString() ?? $"is {pod.Status?.Phase ?? "new"} and not ready", IsRepairable: false);
            }

            if (options.Workloads.BindToPool && pod.Spec.NodeName is { Length: > 0 } node && !_nodes.Contains((node, tenant.PoolName ?? "")))
            {
                yield return new Finding(
                    FindingKind.PodOutsidePool, $"Pod/{pod.Metadata.Name}", "spec.nodeName",
                    $"runs on node {node}, which is not in agent pool {tenant.PoolName}", IsRepairable: false);
            }
        }
    }

    private bool IsOfTenant(V1ObjectMeta metadata, DesiredTenant tenant) =>
        Labels.Of(options.Owner, tenant).All(l => metadata.Labels?.TryGetValue(l.Key, out var value) == true && value == l.Value);

    private static bool IsReady(V1Pod pod) => pod.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;

    // Items of lists have no kind.
    private static (string Kind, string Name) Key(IKubernetesObject<V1ObjectMeta> item) => (item.GetType().Name[2..], item.Metadata.Name);
}
