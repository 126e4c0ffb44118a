namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Sums up the usage of a namespace for the status of its quotas and for quota admission.</summary>
internal sealed class ResourceQuotaController(Cluster cluster) : IController
{
    /// <summary>Each container must specify those of these resources that a quota limits.</summary>
    private static readonly string[] ComputeResources = ["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];

    /// <summary>Resources that a quota may limit.</summary>
    public static readonly string[] SupportedResources =
    [
        .. ComputeResources,
        "ephemeral-storage", "requests.ephemeral-storage", "limits.ephemeral-storage", "requests.storage", "pods", "services",
        "services.nodeports", "services.loadbalancers", "configmaps", "secrets", "persistentvolumeclaims", "replicationcontrollers",
        "resourcequotas",
    ];

    public bool IsAggregating => true;

    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { } quota)
        {
            return;
        }

        var hard = quota.Json.GetObject("spec", "hard") ?? [];
        var used = SumUsage(cluster.Store, key.Namespace);
        cluster.Registry.Modify(quota, json => json["status"] = new JsonObject
        {
            ["hard"] = hard.DeepClone(),
            ["used"] = hard.Select(p => KeyValuePair.Create(p.Key, PodResources.Format(p.Key, used.GetValueOrDefault(p.Key)))).ToJson(),
        });
    }

    /// <exception cref="StatusException">403: the object would exceed a quota or lacks a resource that a quota requires.</exception>
    public static void Admit(ObjectStore store, ResourceKind kind, string ns, string name, JsonObject? spec)
    {
        var used = new Lazy<Dictionary<string, decimal>>(() => SumUsage(store, ns));
        foreach (var quota in store.List(Kinds.ResourceQuotas, ns))
        {
            var hard = PodResources.ParseQuantities(quota.Json.GetObject("spec", "hard"));
            if (kind == Kinds.Pods && FindUnspecified(hard.Keys, spec) is { Length: > 0 } unspecified)
            {
                throw StatusException.Forbidden(kind, name, $"failed quota: {quota.Key.Name}: must specify {unspecified}");
            }

            var requested = GetUsage(kind, spec, PodResources.OfPod(spec)).Where(c => c.Value > 0).ToDictionary();
            var exceeded = hard.Keys.Intersect(requested.Keys).Where(r => used.Value.GetValueOrDefault(r) + requested[r] > hard[r]);
            if (exceeded.Any())
            {
                throw StatusException.Forbidden(kind, name, $"exceeded quota: {quota.Key.Name}, "
                    + $"requested: {FormatExceeded(requested)}, used: {FormatExceeded(used.Value)}, limited: {FormatExceeded(hard)}");
            }

            string FormatExceeded(Dictionary<string, decimal> values) => string.Join(
                ',', exceeded.Order(StringComparer.Ordinal).Select(r => $"{r}={PodResources.Format(r, values.GetValueOrDefault(r))}"));
        }
    }

    private static string FindUnspecified(IEnumerable<string> hard, JsonObject? spec) => string.Join(
        "; ",
        from resource in hard.Intersect(ComputeResources).Order(StringComparer.Ordinal)
        let without = spec.GetObjects("containers").Concat(spec.GetObjects("initContainers"))
            .Where(c => !PodResources.OfContainer(c).Amounts.ContainsKey(resource)).ToList()
        where without.Count > 0
        select $"{resource} for: {string.Join(',', without.Select(c => c.GetString("name")))}");

    /// <summary>Total usage of all objects of a namespace, by quota resource.</summary>
    private static Dictionary<string, decimal> SumUsage(ObjectStore store, string ns) => (
        from kind in Kinds.All
        where kind.IsNamespaced && kind != Kinds.Events
        from item in store.List(kind, ns)
        where !item.HasEnded
        from usage in GetUsage(kind, item.Json.GetObject("spec"), item.Resources)
        group usage.Value by usage.Key).ToDictionary(g => g.Key, g => g.Sum());

    private static IEnumerable<KeyValuePair<string, decimal>> GetUsage(ResourceKind kind, JsonObject? spec, PodResources resources) =>
    [
        new($"count/{kind.Resource}", 1),
        new(kind.Plural, 1),
        new("services.loadbalancers", spec.GetString("type") is "LoadBalancer" ? 1 : 0),
        new("services.nodeports", spec.GetString("type") is "LoadBalancer" or "NodePort" ? spec.GetObjects("ports").Count() : 0),
        .. kind == Kinds.PersistentVolumeClaims ? GetStorage(spec) : resources.Amounts,
    ];

    /// <summary>What a claim requests, in total and of its class.</summary>
    private static IEnumerable<KeyValuePair<string, decimal>> GetStorage(JsonObject? spec)
    {
        var storage = PodResources.ParseQuantity(spec.GetString("resources", "requests", "storage") ?? "0");
        yield return new("requests.storage", storage);
        if (spec.GetString("storageClassName") is { Length: > 0 } name)
        {
            yield return new($"{name}.storageclass.storage.k8s.io/requests.storage", storage);
            yield return new($"{name}.storageclass.storage.k8s.io/persistentvolumeclaims", 1);
        }
    }
}
