namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Counts what a namespace uses of what its quotas allow, for their status and for admission.</summary>
internal sealed class ResourceQuotaController(Cluster cluster) : IController
{
    /// <summary>Of these, each container must state those that a quota limits.</summary>
    private static readonly string[] Compute = ["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];

    /// <summary>What a quota may limit.</summary>
    public static readonly string[] Countable =
    [
        .. Compute, "ephemeral-storage", "requests.ephemeral-storage", "limits.ephemeral-storage", "requests.storage", "pods", "services",
        "services.nodeports", "services.loadbalancers", "configmaps", "secrets", "persistentvolumeclaims", "replicationcontrollers",
        "resourcequotas",
    ];

    public bool SumsUp => true;

    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { } quota)
        {
            return;
        }

        var hard = quota.Json.Object("spec", "hard") ?? [];
        var used = Used(cluster.Store, key.Namespace);
        cluster.Registry.Edit(quota, json => json["status"] = new JsonObject
        {
            ["hard"] = hard.DeepClone(),
            ["used"] = hard.Select(p => KeyValuePair.Create(p.Key, PodResources.Format(p.Key, used.GetValueOrDefault(p.Key)))).ToJson(),
        });
    }

    /// <exception cref="StatusException">403: a quota doesn't allow for one object more.</exception>
    public static void Admit(ObjectStore store, ResourceKind kind, string ns, string name, JsonObject? spec)
    {
        var used = new Lazy<Dictionary<string, decimal>>(() => Used(store, ns));
        foreach (var quota in store.List(Kinds.ResourceQuotas, ns))
        {
            var hard = PodResources.Quantities(quota.Json.Object("spec", "hard"));
            if (kind == Kinds.Pods && Unstated(hard.Keys, spec) is { Length: > 0 } unstated)
            {
                throw StatusException.Forbidden(kind, name, $"failed quota: {quota.Key.Name}: must specify {unstated}");
            }

            var wanted = Cost(kind, spec, PodResources.Of(spec)).Where(c => c.Value > 0).ToDictionary();
            var over = hard.Keys.Intersect(wanted.Keys).Where(r => used.Value.GetValueOrDefault(r) + wanted[r] > hard[r]);
            if (over.Any())
            {
                throw StatusException.Forbidden(kind, name, $"exceeded quota: {quota.Key.Name}, "
                    + $"requested: {Say(wanted)}, used: {Say(used.Value)}, limited: {Say(hard)}");
            }

            string Say(Dictionary<string, decimal> values) => string.Join(
                ',', over.Order(StringComparer.Ordinal).Select(r => $"{r}={PodResources.Format(r, values.GetValueOrDefault(r))}"));
        }
    }

    private static string Unstated(IEnumerable<string> hard, JsonObject? spec) => string.Join(
        "; ",
        from resource in hard.Intersect(Compute).Order(StringComparer.Ordinal)
        let without = spec.Items("containers").Where(c => !PodResources.OfContainer(c).Costs.ContainsKey(resource)).ToList()
        where without.Count > 0
        select $"{resource} for: {string.Join(',', without.Select(c => c.Text("name")))}");

    /// <summary>What all objects of a namespace cost, by quota resource.</summary>
    private static Dictionary<string, decimal> Used(ObjectStore store, string ns) => (
        from kind in Kinds.All
        where kind.Namespaced && kind != Kinds.Events
        from item in store.List(kind, ns)
        where !item.HasEnded
        from cost in Cost(kind, item.Json.Object("spec"), item.Resources)
        group cost.Value by cost.Key).ToDictionary(g => g.Key, g => g.Sum());

    private static IEnumerable<KeyValuePair<string, decimal>> Cost(ResourceKind kind, JsonObject? spec, PodResources resources) =>
    [
        new($"count/{kind.Resource}", 1),
        new(kind.Plural, 1),
        new("services.loadbalancers", spec.Text("type") is "LoadBalancer" ? 1 : 0),
        new("services.nodeports", spec.Text("type") is "LoadBalancer" or "NodePort" ? spec.Items("ports").Count() : 0),
        .. resources.Costs,
    ];
}
