using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The admission plugins that AKS runs and that the app leans on, in the API server's order.</summary>
internal sealed class Admission(ObjectStore store)
{
    /// <summary>Plugins that look at or change an object before it is validated.</summary>
    public void Mutate(ResourceKind kind, string ns, JsonObject json)
    {
        var name = Named(json);
        if (kind.Namespaced)
            NamespaceLifecycle(kind, ns, name);
        if (kind != Kinds.Pods)
            return;
        var spec = json.Ensure("spec");
        ServiceAccount(ns, name, spec);
        LimitRangeDefaults(ns, spec);
        RuntimeClass(name, spec);
        Tolerations(spec);
    }

    /// <summary>Plugins that refuse, once the object is valid.</summary>
    public void Validate(ResourceKind kind, string ns, JsonObject json)
    {
        var name = Named(json);
        if (kind == Kinds.Pods)
        {
            LimitRangeBounds(ns, name, json.Object("spec"));
            PodSecurity.Enforce(store.Find(Kinds.Namespaces, "", ns), name, json.Object("spec"));
        }

        if (kind.Namespaced && kind != Kinds.Events)
            Quota(kind, ns, name, json);
    }

    /// <summary>A generated name isn't told in a refusal, for it will be another one next time.</summary>
    private static string Named(JsonObject json) =>
        json.Text("metadata", "generateName") is { Length: > 0 } prefix ? prefix : json.Text("metadata", "name") ?? "";

    private void NamespaceLifecycle(ResourceKind kind, string ns, string name)
    {
        var live = store.Find(Kinds.Namespaces, "", ns) ?? throw StatusException.NotFound(Kinds.Namespaces, ns);
        if (live.IsTerminating && kind != Kinds.Events)
        {
            throw StatusException.Forbidden(
                kind,
                name,
                $"unable to create new content in namespace {ns} because it is being terminated",
                new("NamespaceTerminating", "metadata.namespace", $"namespace {ns} is being terminated"));
        }
    }

    private void ServiceAccount(string ns, string name, JsonObject spec)
    {
        spec.Default("serviceAccountName", "default");
        var account = spec.Text("serviceAccountName")!;
        spec["serviceAccount"] = account;
        var live = store.Find(Kinds.ServiceAccounts, ns, account) ?? throw StatusException.Forbidden(
            Kinds.Pods, name, $"error looking up service account {ns}/{account}: serviceaccount \"{account}\" not found");
        if (!(spec.Flag("automountServiceAccountToken") ?? live.Json.Flag("automountServiceAccountToken") ?? true)
            || spec.Items("volumes").Any(v => v.Text("name")?.StartsWith("kube-api-access-", StringComparison.Ordinal) is true))
            return;
        var volume = $"kube-api-access-{Names.Suffix(name, 5)}";
        spec.EnsureArray("volumes").Add(JsonNode.Parse($$$"""
            {"name":"{{{volume}}}","projected":{"defaultMode":420,"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},
            {"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},
            {"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}]}}
            """));
        foreach (var container in spec.Items("containers").Concat(spec.Items("initContainers")))
            container.EnsureArray("volumeMounts").Add(new JsonObject { ["name"] = volume, ["readOnly"] = true, ["mountPath"] = "/var/run/secrets/kubernetes.io/serviceaccount" });
    }

    private void LimitRangeDefaults(string ns, JsonObject spec)
    {
        foreach (var limit in store.List(Kinds.LimitRanges, ns).SelectMany(l => l.Json.Items("spec", "limits")).Where(l => l.Text("type") == "Container"))
        {
            foreach (var container in spec.Items("containers").Concat(spec.Items("initContainers")))
            {
                foreach (var (field, source) in ((string, string)[])[("limits", "default"), ("requests", "defaultRequest")])
                {
                    foreach (var (resource, value) in limit.Pairs(source))
                        container.Ensure("resources", field).Default(resource, value);
                }
            }
        }
    }

    private void LimitRangeBounds(string ns, string name, JsonObject? spec)
    {
        var faults = new List<string>();
        foreach (var limit in store.List(Kinds.LimitRanges, ns).SelectMany(l => l.Json.Items("spec", "limits")))
        {
            var type = limit.Text("type");
            var subjects = type == "Pod"
                ? [(Requests: Sum(spec, "requests"), Limits: Sum(spec, "limits"))]
                : spec.Items("containers").Select(c => (Requests: Quantities(c, "requests"), Limits: Quantities(c, "limits"))).ToList();
            foreach (var (requests, limits) in subjects)
            {
                foreach (var (resource, text) in limit.Pairs("min"))
                {
                    var min = PodResources.Quantity(text);
                    if (!requests.TryGetValue(resource, out var request))
                        faults.Add($"minimum {resource} usage per {type} is {text}.  No request is specified");
                    else if (request < min)
                        faults.Add($"minimum {resource} usage per {type} is {text}, but request is {PodResources.Format(resource, request)}");
                }

                foreach (var (resource, text) in limit.Pairs("max"))
                {
                    var max = PodResources.Quantity(text);
                    if (!limits.TryGetValue(resource, out var top))
                        faults.Add($"maximum {resource} usage per {type} is {text}.  No limit is specified");
                    else if (top > max)
                        faults.Add($"maximum {resource} usage per {type} is {text}, but limit is {PodResources.Format(resource, top)}");
                }
            }
        }

        if (faults.Count > 0)
            throw StatusException.Forbidden(Kinds.Pods, name, faults.Count == 1 ? faults[0] : $"[{string.Join(", ", faults)}]");

        static Dictionary<string, decimal> Quantities(JsonObject container, string field) => PodResources.Quantities(container.Object("resources", field));

        static Dictionary<string, decimal> Sum(JsonObject? spec, string field) => spec.Items("containers").SelectMany(c => Quantities(c, field))
            .GroupBy(p => p.Key).ToDictionary(g => g.Key, g => g.Sum(p => p.Value));
    }

    private void RuntimeClass(string name, JsonObject spec)
    {
        var overhead = spec["overhead"];
        if (spec.Text("runtimeClassName") is not { } className)
        {
            if (overhead is not null)
                throw StatusException.Forbidden(Kinds.Pods, name, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
            return;
        }

        var live = store.Find(Kinds.RuntimeClasses, "", className)
            ?? throw StatusException.Forbidden(Kinds.Pods, name, $"pod rejected: RuntimeClass \"{className}\" not found");
        var fixedOverhead = live.Json.Object("overhead", "podFixed");
        if (overhead is not null && !JsonNode.DeepEquals(overhead, fixedOverhead))
            throw StatusException.Forbidden(Kinds.Pods, name, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
        if (fixedOverhead is not null)
            spec["overhead"] = fixedOverhead.DeepClone();
        foreach (var (key, value) in live.Json.Pairs("scheduling", "nodeSelector"))
        {
            if (spec.Text("nodeSelector", key) is { } own && own != value)
                throw StatusException.Forbidden(Kinds.Pods, name, $"pod rejected: conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; pod.spec.nodeSelector[{key}] = {own}");
            spec.Ensure("nodeSelector")[key] = value;
        }

        foreach (var toleration in live.Json.Items("scheduling", "tolerations"))
            Tolerate(spec, toleration.Copy());
    }

    private static void Tolerations(JsonObject spec)
    {
        foreach (var key in (string[])["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"])
        {
            if (!spec.Items("tolerations").Any(t => t.Text("key") == key))
                Tolerate(spec, new() { ["key"] = key, ["operator"] = "Exists", ["effect"] = "NoExecute", ["tolerationSeconds"] = 300 });
        }

        spec.Default("priority", 0);
        spec.Default("preemptionPolicy", "PreemptLowerPriority");
    }

    private static void Tolerate(JsonObject spec, JsonObject toleration)
    {
        if (!spec.Items("tolerations").Any(t => Covers(t, toleration)))
            spec.EnsureArray("tolerations").Add(toleration);
    }

    /// <summary>Whether one toleration tolerates all that another does, so that the other would add nothing.</summary>
    private static bool Covers(JsonObject wide, JsonObject narrow) => JsonNode.DeepEquals(wide, narrow)
        || ((wide.Text("key") == narrow.Text("key") || (wide.Text("key") is null or "" && wide.Text("operator") == "Exists"))
            && (wide.Text("effect") is null or "" || wide.Text("effect") == narrow.Text("effect"))
            && (wide["tolerationSeconds"] is null || (narrow.Number("tolerationSeconds") ?? long.MaxValue) <= wide.Number("tolerationSeconds"))
            && (wide.Text("operator") == "Exists" || (narrow.Text("operator") == "Equal" && wide.Text("value") == narrow.Text("value"))));

    private void Quota(ResourceKind kind, string ns, string name, JsonObject json)
    {
        foreach (var quota in store.List(Kinds.ResourceQuotas, ns))
        {
            var hard = PodResources.Quantities(quota.Json.Object("spec", "hard"));
            var wanted = ResourceQuotaController.Usage(kind, json.Object("spec")).Where(u => hard.ContainsKey(u.Key)).ToDictionary();
            if (kind == Kinds.Pods)
                MustSpecify(quota, hard.Keys, name, json.Object("spec"));
            if (wanted.Count == 0)
                continue;
            var used = ResourceQuotaController.Used(store, ns, hard.Keys);
            var over = wanted.Where(w => used.GetValueOrDefault(w.Key) + w.Value > hard[w.Key]).Select(w => w.Key).Order(StringComparer.Ordinal).ToList();
            if (over.Count > 0)
            {
                throw StatusException.Forbidden(
                    kind, name, $"exceeded quota: {quota.Key.Name}, requested: {Say(wanted)}, used: {Say(used)}, limited: {Say(hard)}");
            }

            string Say(Dictionary<string, decimal> values) => string.Join(',', over.Select(r => $"{r}={PodResources.Format(r, values.GetValueOrDefault(r))}"));
        }
    }

    private static void MustSpecify(StoredObject quota, IEnumerable<string> hard, string name, JsonObject? spec)
    {
        var missing = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var resource in hard.Where(r => r is "cpu" or "memory" || r.StartsWith("requests.", StringComparison.Ordinal) || r.StartsWith("limits.", StringComparison.Ordinal)))
        {
            var (field, what) = resource.Split('.', 2) is [var f, var w] ? (f, w) : ("requests", resource);
            var without = spec.Items("containers").Where(c => c.Object("resources", field).Text(what) is null).Select(c => c.Text("name")).ToList();
            if (without.Count > 0)
                missing[resource] = string.Join(',', without);
        }

        if (missing.Count > 0)
            throw StatusException.Forbidden(Kinds.Pods, name, $"failed quota: {quota.Key.Name}: must specify {string.Join("; ", missing.Select(m => $"{m.Key} for: {m.Value}"))}");
    }
}
