using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Counts what a namespace uses against its quotas.</summary>
internal sealed class ResourceQuotaController(Cluster cluster) : IController
{
    public bool SumsUp => true;

    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { } quota)
            return;
        var hard = quota.Json.Object("spec", "hard") ?? [];
        var used = Used(cluster.Store, key.Namespace, hard.Select(p => p.Key));
        cluster.Registry.Edit(quota, json => json["status"] = new JsonObject
        {
            ["hard"] = hard.DeepClone(),
            ["used"] = hard.Select(p => KeyValuePair.Create(p.Key, PodResources.Format(p.Key, used.GetValueOrDefault(p.Key)))).ToJson(),
        });
    }

    public static bool Known(string resource) => resource is "cpu" or "memory" or "ephemeral-storage" or "requests.cpu" or "requests.memory" or "requests.ephemeral-storage"
        or "limits.cpu" or "limits.memory" or "limits.ephemeral-storage" or "pods" or "services" or "services.nodeports" or "services.loadbalancers"
        or "configmaps" or "secrets" or "persistentvolumeclaims" or "replicationcontrollers" or "resourcequotas" or "requests.storage";

    /// <summary>What one object costs, by quota resource.</summary>
    public static IEnumerable<KeyValuePair<string, decimal>> Usage(ResourceKind kind, JsonObject? spec)
    {
        yield return new($"count/{kind.Resource}", 1);
        if (kind == Kinds.Services || kind == Kinds.ConfigMaps || kind == Kinds.ResourceQuotas || kind == Kinds.Pods)
            yield return new(kind.Plural, 1);
        if (kind == Kinds.Services && spec.Text("type") is "LoadBalancer")
            yield return new("services.loadbalancers", 1);
        if (kind == Kinds.Services && spec.Text("type") is "LoadBalancer" or "NodePort")
            yield return new("services.nodeports", spec.Items("ports").Count());
        if (kind != Kinds.Pods)
            yield break;
        var resources = PodResources.Of(spec);
        foreach (var (name, value) in resources.Requests)
        {
            yield return new($"requests.{name}", value);
            yield return new(name, value);
        }

        foreach (var (name, value) in resources.Limits)
            yield return new($"limits.{name}", value);
    }

    public static Dictionary<string, decimal> Used(ObjectStore store, string ns, IEnumerable<string> resources)
    {
        var used = resources.ToDictionary(r => r, _ => 0m);
        foreach (var item in Kinds.All.Where(k => k.Namespaced && k != Kinds.Events && Counts(k)).SelectMany(k => store.List(k, ns)))
        {
            if (item.Key.Kind == Kinds.Pods && item.Json.Text("status", "phase") is "Succeeded" or "Failed")
                continue;
            foreach (var (name, value) in Usage(item.Key.Kind, item.Json.Object("spec")))
            {
                if (used.TryGetValue(name, out var sum))
                    used[name] = sum + value;
            }
        }

        return used;

        bool Counts(ResourceKind kind) => kind == Kinds.Pods || Usage(kind, new() { ["type"] = "LoadBalancer" }).Any(u => used.ContainsKey(u.Key));
    }
}
