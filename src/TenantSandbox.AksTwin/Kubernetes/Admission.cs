using System.Globalization;
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
        ServiceAccount(ns, name, spec.Text("serviceAccountName"));
        LimitRangeDefaults(ns, spec);
        RuntimeClass(name, spec);
        foreach (var key in (string[])["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"])
        {
            if (!spec.Items("tolerations").Any(t => t.Text("key") == key))
                Tolerate(spec, Json.Of($$"""{"key":{{key}},"operator":"Exists","effect":"NoExecute","tolerationSeconds":300}"""));
        }
    }

    /// <summary>Plugins that refuse, once the object is valid.</summary>
    public void Validate(ResourceKind kind, string ns, JsonObject json)
    {
        var (name, spec) = (Named(json), json.Object("spec"));
        if (kind == Kinds.Pods)
        {
            LimitRangeBounds(ns, name, spec);
            PodSecurity.Enforce(store.Find(Kinds.Namespaces, "", ns), name, spec);
        }

        if (kind.Namespaced && kind != Kinds.Events)
            ResourceQuotaController.Admit(store, kind, ns, name, spec);
    }

    /// <summary>A generated name isn't told in a refusal, for it will be another one next time.</summary>
    private static string Named(JsonObject json) =>
        json.Text("metadata", "generateName") is { Length: > 0 } prefix ? prefix : json.Text("metadata", "name") ?? "";

    private static StatusException Forbidden(string pod, string why) => StatusException.Forbidden(Kinds.Pods, pod, why);

    private void NamespaceLifecycle(ResourceKind kind, string ns, string name)
    {
        var live = store.Find(Kinds.Namespaces, "", ns) ?? throw StatusException.NotFound(Kinds.Namespaces, ns);
        if (!live.IsTerminating || kind == Kinds.Events)
            return;
        var cause = new FieldError("NamespaceTerminating", "metadata.namespace", $"namespace {ns} is being terminated");
        throw StatusException.Forbidden(kind, name, $"unable to create new content in namespace {ns} because it is being terminated", cause);
    }

    private void ServiceAccount(string ns, string pod, string? account)
    {
        if (store.Find(Kinds.ServiceAccounts, ns, account ?? "default") is null)
            throw Forbidden(pod, $"error looking up service account {ns}/{account}: serviceaccount \"{account}\" not found");
    }

    private void LimitRangeDefaults(string ns, JsonObject spec)
    {
        foreach (var limit in ContainerLimits(ns))
        {
            var fields = Json.Of($$$"""{"resources":{"limits":{{{limit["default"]}}},"requests":{{{limit["defaultRequest"]}}} } }""");
            foreach (var container in spec.Items("containers"))
                Defaults.Fill(container, fields);
        }
    }

    private void LimitRangeBounds(string ns, string pod, JsonObject? spec)
    {
        var faults = (
            from limit in ContainerLimits(ns)
            from container in spec.Items("containers")
            from fault in Faults(limit, PodResources.OfContainer(container))
            select fault).Distinct().ToList();
        if (faults.Count > 0)
            throw Forbidden(pod, faults.Count == 1 ? faults[0] : $"[{string.Join(", ", faults)}]");
    }

    /// <summary>Bounds for a whole pod aren't known here.</summary>
    private IEnumerable<JsonObject> ContainerLimits(string ns) =>
        store.List(Kinds.LimitRanges, ns).SelectMany(l => l.Json.Items("spec", "limits")).Where(l => l.Text("type") == "Container");

    /// <summary>A request above its limit is refused before, so that the request is compared with the minimum, and the limit with the maximum only.</summary>
    private static IEnumerable<string> Faults(JsonObject limit, PodResources container)
    {
        foreach (var (resource, min) in limit.Pairs("min"))
        {
            if (!container.Requests.TryGetValue(resource, out var request))
                yield return $"minimum {resource} usage per Container is {min}.  No request is specified";
            else if (request < PodResources.Quantity(min))
                yield return $"minimum {resource} usage per Container is {min}, but request is {PodResources.Format(resource, request)}";
        }

        foreach (var (resource, max) in limit.Pairs("max"))
        {
            if (!container.Limits.TryGetValue(resource, out var top))
                yield return $"maximum {resource} usage per Container is {max}.  No limit is specified";
            else if (top > PodResources.Quantity(max))
                yield return $"maximum {resource} usage per Container is {max}, but limit is {PodResources.Format(resource, top)}";
        }

        foreach (var (resource, most) in limit.Pairs("maxLimitRequestRatio"))
        {
            var says = $"{resource} max limit to request ratio per Container is {most}";
            if (container.Requests.GetValueOrDefault(resource) is var request && request == 0)
                yield return $"{says}, but no request is specified or request is 0";
            else if (container.Limits.GetValueOrDefault(resource) is var top && top == 0)
                yield return $"{says}, but no limit is specified or limit is 0";
            else if (top / request > PodResources.Quantity(most))
                yield return string.Create(CultureInfo.InvariantCulture, $"{says}, but provided ratio is {top / request:F6}");
        }
    }

    private void RuntimeClass(string pod, JsonObject spec)
    {
        var name = spec.Text("runtimeClassName");
        var live = name is null ? null
            : store.Find(Kinds.RuntimeClasses, "", name) ?? throw Forbidden(pod, $"pod rejected: RuntimeClass \"{name}\" not found");
        var overhead = live?.Json.Object("overhead", "podFixed");
        if (spec["overhead"] is { } own && !JsonNode.DeepEquals(own, overhead))
        {
            throw Forbidden(pod, overhead is null
                ? "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"
                : "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
        }

        foreach (var (key, value) in live?.Json.Pairs("scheduling", "nodeSelector") ?? [])
        {
            if (spec.Text("nodeSelector", key) is { } other && other != value)
                throw Forbidden(pod, $"conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; pod.spec.nodeSelector[{key}] = {other}");
        }

        Defaults.Fill(spec, Json.Of($$"""{"overhead":{{overhead}},"nodeSelector":{{live?.Json.At("scheduling", "nodeSelector")}}}"""));
        foreach (var toleration in live?.Json.Items("scheduling", "tolerations") ?? [])
            Tolerate(spec, toleration.Copy());
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
}
