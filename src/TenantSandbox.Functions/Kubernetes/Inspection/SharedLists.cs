using k8s;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Kubernetes.Secrets;

namespace TenantSandbox.Functions.Kubernetes.Inspection;

/// <summary>Everything in a cluster that belongs to some tenants, read with few lists instead of reads for each tenant.</summary>
internal sealed class SharedLists(ClusterConnections connections, string clusterId, TenantSandboxOptions options, bool hasSecrets)
{
    private const int Limit = 500;

    /// <summary>Keeps the request line below the 8 KB that proxies and servers accept.</summary>
    private const int MaxSelectorLength = 3000;

    private int _calls;

    /// <summary>Number of calls so far.</summary>
    public int Calls => _calls;

    /// <exception cref="SandboxException">A call failed.</exception>
    public async Task<ClusterContent> ReadAsync(IReadOnlyCollection<string> tenantIds, IReadOnlyCollection<string> pools, CancellationToken cancellationToken)
    {
        var selectors = Selectors(tenantIds).ToArray();
        var namespaces = await ListAsync(
            "Namespaces",
            selectors,
            (c, s, next, t) => c.CoreV1.ListNamespaceAsync(labelSelector: s, limit: Limit, continueParameter: next, cancellationToken: t),
            l => l.Items,
            cancellationToken);
        var objects = new List<IKubernetesObject<V1ObjectMeta>>();
        objects.AddRange(await ListAsync(
            "ServiceAccounts",
            selectors,
            (c, s, next, t) => c.CoreV1.ListServiceAccountForAllNamespacesAsync(labelSelector: s, limit: Limit, continueParameter: next, cancellationToken: t),
            l => l.Items,
            cancellationToken));
        objects.AddRange(await ListAsync(
            "ResourceQuotas",
            selectors,
            (c, s, next, t) => c.CoreV1.ListResourceQuotaForAllNamespacesAsync(labelSelector: s, limit: Limit, continueParameter: next, cancellationToken: t),
            l => l.Items,
            cancellationToken));
        objects.AddRange(await ListAsync(
            "LimitRanges",
            selectors,
            (c, s, next, t) => c.CoreV1.ListLimitRangeForAllNamespacesAsync(labelSelector: s, limit: Limit, continueParameter: next, cancellationToken: t),
            l => l.Items,
            cancellationToken));
        objects.AddRange(await ListAsync(
            "NetworkPolicies",
            selectors,
            (c, s, next, t) => c.NetworkingV1.ListNetworkPolicyForAllNamespacesAsync(labelSelector: s, limit: Limit, continueParameter: next, cancellationToken: t),
            l => l.Items,
            cancellationToken));
        string[] others = [$"{Labels.Owner}!={options.Owner}"];
        // Anyone's policy in a tenant's namespace adds to what its pods can reach.
        var foreignPolicies = new List<IKubernetesObject<V1ObjectMeta>>(await ListAsync(
            "NetworkPolicies of others",
            others,
            (c, s, next, t) => c.NetworkingV1.ListNetworkPolicyForAllNamespacesAsync(labelSelector: s, limit: Limit, continueParameter: next, cancellationToken: t),
            l => l.Items,
            cancellationToken));
        objects.AddRange(await ListAsync(
            "Deployments",
            selectors,
            (c, s, next, t) => c.AppsV1.ListDeploymentForAllNamespacesAsync(labelSelector: s, limit: Limit, continueParameter: next, cancellationToken: t),
            l => l.Items,
            cancellationToken));
        objects.AddRange(await ListAsync(
            "StatefulSets",
            selectors,
            (c, s, next, t) => c.AppsV1.ListStatefulSetForAllNamespacesAsync(labelSelector: s, limit: Limit, continueParameter: next, cancellationToken: t),
            l => l.Items,
            cancellationToken));
        objects.AddRange(await ListAsync(
            "Jobs",
            selectors,
            (c, s, next, t) => c.BatchV1.ListJobForAllNamespacesAsync(labelSelector: s, limit: Limit, continueParameter: next, cancellationToken: t),
            l => l.Items,
            cancellationToken));
        objects.AddRange(await ListAsync(
            "CronJobs",
            selectors,
            (c, s, next, t) => c.BatchV1.ListCronJobForAllNamespacesAsync(labelSelector: s, limit: Limit, continueParameter: next, cancellationToken: t),
            l => l.Items,
            cancellationToken,
            mayBeUnknown: true));
        objects.AddRange(await ListAsync(
            "HorizontalPodAutoscalers",
            selectors,
            (c, s, next, t) => c.AutoscalingV2.ListHorizontalPodAutoscalerForAllNamespacesAsync(
                labelSelector: s, limit: Limit, continueParameter: next, cancellationToken: t),
            l => l.Items,
            cancellationToken,
            mayBeUnknown: true));
        objects.AddRange(await ListAsync(
            "Services",
            selectors,
            (c, s, next, t) => c.CoreV1.ListServiceForAllNamespacesAsync(labelSelector: s, limit: Limit, continueParameter: next, cancellationToken: t),
            l => l.Items,
            cancellationToken));
        // Where routes and policies with host names aren't configured, the app needs no permission to read them.
        if (options.FindGateway(clusterId) is not null)
        {
            objects.AddRange(await ListAsync(
                "HTTPRoutes", selectors, (c, s, next, t) => c.ListAllAsync<HttpRoute>(s, Limit, next, t), l => l.Items, cancellationToken));
        }

        if (options.AllowsEgressByHostName(clusterId))
        {
            objects.AddRange(await ListAsync(
                "CiliumNetworkPolicies",
                selectors,
                (c, s, next, t) => c.ListAllAsync<CiliumNetworkPolicy>(s, Limit, next, t),
                l => l.Items,
                cancellationToken));
            foreignPolicies.AddRange(await ListAsync(
                "CiliumNetworkPolicies of others",
                others,
                (c, s, next, t) => c.ListAllAsync<CiliumPolicyHead>(s, Limit, next, t),
                l => l.Items,
                cancellationToken));
        }

        objects.AddRange(await ListAsync(
            "ConfigMaps",
            selectors,
            (c, s, next, t) => c.CoreV1.ListConfigMapForAllNamespacesAsync(labelSelector: s, limit: Limit, continueParameter: next, cancellationToken: t),
            l => l.Items,
            cancellationToken));
        objects.AddRange(await ListAsync(
            "claims",
            selectors,
            (c, s, next, t) => c.CoreV1.ListPersistentVolumeClaimForAllNamespacesAsync(labelSelector: s, limit: Limit, continueParameter: next, cancellationToken: t),
            l => l.Items,
            cancellationToken));
        var secrets = !hasSecrets
            ? []
            : await ListAsync(
                "Secrets",
                selectors,
                (c, s, next, t) => c.ListSecretHeadsForAllNamespacesAsync(s, Limit, next, t),
                SecretHeads.HeadsOf,
                cancellationToken);
        var pods = await ListAsync(
            "pods",
            selectors,
            (c, s, next, t) => c.CoreV1.ListPodForAllNamespacesAsync(labelSelector: s, limit: Limit, continueParameter: next, cancellationToken: t),
            l => l.Items,
            cancellationToken);
        // One list can't name several namespaces, so it is of the whole cluster, without the pods of AKS and without those that are listed above.
        var tenantNamespaces = tenantIds.Select(NamespaceManifest.NameOf).ToHashSet(StringComparer.Ordinal);
        var otherPods = await ListAsync(
            "pods of others in namespaces",
            others,
            (c, s, next, t) => c.CoreV1.ListPodForAllNamespacesAsync(
                labelSelector: s, fieldSelector: "metadata.namespace!=kube-system", limit: Limit, continueParameter: next, cancellationToken: t),
            l => l.Items.Where(p => tenantNamespaces.Contains(p.Metadata.NamespaceProperty)),
            cancellationToken);
        var runtimeClasses = await ListAsync(
            "RuntimeClasses",
            [$"{Labels.ManagedBy}={Labels.Product}"],
            (c, s, next, t) => c.NodeV1.ListRuntimeClassAsync(labelSelector: s, limit: Limit, continueParameter: next, cancellationToken: t),
            l => l.Items,
            cancellationToken);
        var nodes = pools.Count == 0
            ? []
            : await ListAsync(
                "nodes",
                [$"{SandboxNodes.PoolLabel} in ({string.Join(',', pools)})"],
                (c, s, next, t) => c.CoreV1.ListNodeAsync(labelSelector: s, limit: Limit, continueParameter: next, cancellationToken: t),
                l => l.Items,
                cancellationToken);
        return new ClusterContent(namespaces, objects, [.. pods, .. otherPods], runtimeClasses, nodes, secrets, foreignPolicies);
    }

    /// <summary>Reads one namespace by name: it may lack this system's labels. Null when there is none.</summary>
    /// <exception cref="SandboxException">The call failed.</exception>
    public Task<V1Namespace?> FindNamespaceAsync(string name, CancellationToken cancellationToken)
    {
        _calls++;
        return connections.FindAsync(
            clusterId, $"read namespace {name}", client => client.CoreV1.ReadNamespaceAsync(name, cancellationToken: cancellationToken), cancellationToken);
    }

    private IEnumerable<string> Selectors(IEnumerable<string> tenantIds)
    {
        List<string> ids = [];
        foreach (var id in tenantIds)
        {
            if (ids.Sum(i => i.Length + 1) + id.Length > MaxSelectorLength)
            {
                yield return Selector(ids);
                ids = [];
            }

            ids.Add(id);
        }

        yield return Selector(ids);
    }

    private string Selector(List<string> ids) => $"{Labels.Owner}={options.Owner},{Labels.Tenant} in ({string.Join(',', ids)})";

    private async Task<IReadOnlyList<TItem>> ListAsync<TList, TItem>(
        string what,
        IEnumerable<string> selectors,
        Func<IKubernetes, string, string?, CancellationToken, Task<TList>> list,
        Func<TList, IEnumerable<TItem>> items,
        CancellationToken cancellationToken,
        bool mayBeUnknown = false)
        where TList : class, IKubernetesObject<V1ListMeta>
    {
        List<TItem> found = [];
        foreach (var selector in selectors)
        {
            string? continuation = null;
            do
            {
                _calls++;
                var next = continuation;
                var call = (IKubernetes client) => list(client, selector, next, cancellationToken);
                // Kubernetes 1.20 has neither CronJobs of batch/v1 nor autoscaling/v2. Of other kinds, not found would not mean none.
                var page = mayBeUnknown
                    ? await connections.FindAsync(clusterId, $"list {what} of tenants", call, cancellationToken)
                    : await connections.CallAsync(clusterId, $"list {what} of tenants", call, cancellationToken);
                if (page is null)
                {
                    return [];
                }

                found.AddRange(items(page));
                continuation = page.Metadata?.ContinueProperty;
            }
            while (!string.IsNullOrEmpty(continuation));
        }

        return found;
    }
}

/// <summary>What a cluster has of some tenants.</summary>
/// <param name="Namespaces">Their namespaces.</param>
/// <param name="Objects">Guardrails, the objects of workloads, ConfigMaps and claims.</param>
/// <param name="Pods">Their pods, and those without this installation's label in their namespaces.</param>
/// <param name="RuntimeClasses">The RuntimeClasses of this system.</param>
/// <param name="Nodes">The nodes of their pools.</param>
/// <param name="Secrets">The metadata of their Secrets.</param>
/// <param name="ForeignPolicies">The network policies of all namespaces that lack this installation's label.</param>
internal sealed record ClusterContent(
    IReadOnlyList<V1Namespace> Namespaces,
    IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Objects,
    IReadOnlyList<V1Pod> Pods,
    IReadOnlyList<V1RuntimeClass> RuntimeClasses,
    IReadOnlyList<V1Node> Nodes,
    IReadOnlyList<SecretHead> Secrets,
    IReadOnlyList<IKubernetesObject<V1ObjectMeta>> ForeignPolicies);
