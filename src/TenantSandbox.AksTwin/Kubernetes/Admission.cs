namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The admission plugins that AKS runs and that the app leans on, in the API server's order.</summary>
internal sealed class Admission(ObjectStore store)
{
    private const string Automount = "automountServiceAccountToken";

    /// <summary>Plugins that look at or change an object before it is validated.</summary>
    public void Mutate(ResourceKind kind, string ns, JsonObject json)
    {
        var name = Named(json);
        if (kind.Namespaced)
        {
            NamespaceLifecycle(kind, ns, name);
        }

        if (kind != Kinds.Pods)
        {
            return;
        }

        var spec = json.Ensure("spec");
        LimitRangeDefaults(ns, spec);
        ServiceAccount(ns, name, spec);
        foreach (var key in (string[])["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"])
        {
            if (!spec.Items("tolerations").Any(t => t.Text("key") == key))
            {
                Tolerate(spec, Json.Of($$"""{"key":{{key}},"operator":"Exists","effect":"NoExecute","tolerationSeconds":300}"""));
            }
        }

        RuntimeClass(name, spec);
    }

    /// <summary>Plugins that refuse, once the object is valid.</summary>
    public void Validate(ResourceKind kind, string ns, JsonObject json)
    {
        var (name, spec) = (Named(json), json.Object("spec"));
        if (kind == Kinds.Pods)
        {
            LimitRangeBounds(ns, name, spec);
            if (PodSecurity.Breaches(store.Find(Kinds.Namespaces, "", ns), "enforce", spec) is { } breaches)
            {
                throw Forbidden(name, $"violates {breaches}");
            }
        }

        if (kind.Namespaced && kind != Kinds.Events)
        {
            ResourceQuotaController.Admit(store, kind, ns, name, spec);
        }
    }

    /// <summary>A generated name isn't told in a refusal, for it will be another one next time.</summary>
    private static string Named(JsonObject json) =>
        json.Text("metadata", "generateName") is { Length: > 0 } prefix ? prefix : json.Text("metadata", "name") ?? "";

    private static StatusException Forbidden(string pod, string why) => StatusException.Forbidden(Kinds.Pods, pod, why);

    private void NamespaceLifecycle(ResourceKind kind, string ns, string name)
    {
        var live = store.Find(Kinds.Namespaces, "", ns) ?? throw StatusException.NotFound(Kinds.Namespaces, ns);
        if (!live.IsTerminating || kind == Kinds.Events)
        {
            return;
        }

        var cause = new FieldError("NamespaceTerminating", "metadata.namespace", $"namespace {ns} is being terminated");
        throw StatusException.Forbidden(
            kind, name, $"unable to create new content in namespace {ns} because it is being terminated", cause);
    }

    private void ServiceAccount(string ns, string pod, JsonObject spec)
    {
        var account = spec.Text("serviceAccountName")!;
        var live = store.Find(Kinds.ServiceAccounts, ns, account)
            ?? throw Forbidden(pod, $"error looking up service account {ns}/{account}: serviceaccount \"{account}\" not found");
        if (!(spec.Flag(Automount) ?? live.Json.Flag(Automount) ?? true))
        {
            return;
        }

        var volume = $"kube-api-access-{Names.Suffix(pod, 5)}";
        spec.EnsureArray("volumes").Add(Json.Of($$$"""
            {"name":{{{volume}}},"projected":{"defaultMode":420,"sources":[
            {"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},
            {"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},
            {"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}]}}
            """));
        var mount = Json.Of($$"""{"name":{{volume}},"readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}""");
        foreach (var container in spec.Items("containers"))
        {
            container.EnsureArray("volumeMounts").Add(mount.Copy());
        }
    }

    private void LimitRangeDefaults(string ns, JsonObject spec)
    {
        foreach (var limit in ContainerLimits(ns))
        {
            var fields = Json.Of($$$"""{"resources":{"limits":{{{limit["default"]}}},"requests":{{{limit["defaultRequest"]}}} } }""");
            foreach (var container in spec.Items("containers"))
            {
                Defaults.Fill(container, fields);
            }
        }
    }

    private void LimitRangeBounds(string ns, string pod, JsonObject? spec)
    {
        var faults = (
            from limit in ContainerLimits(ns)
            from container in spec.Items("containers")
            from fault in Faults(limit, PodResources.OfContainer(container).Costs)
            select fault).OfType<string>().Distinct().ToList();
        if (faults.Count > 0)
        {
            throw Forbidden(pod, faults.Count == 1 ? faults[0] : $"[{string.Join(", ", faults)}]");
        }
    }

    /// <summary>Those of containers; what a whole pod may have isn't bounded here.</summary>
    private IEnumerable<JsonObject> ContainerLimits(string ns) =>
        store.List(Kinds.LimitRanges, ns).SelectMany(l => l.Json.Items("spec", "limits")).Where(l => l.Text("type") == "Container");

    /// <summary>What is above its limit was refused before; so a minimum is of the request, and a maximum of the limit only.</summary>
    private static IEnumerable<string?> Faults(JsonObject limit, Dictionary<string, decimal> container) =>
    [
        .. limit.Pairs("min").Select(min => Beyond(min, "minimum", "request", -1, container)),
        .. limit.Pairs("max").Select(max => Beyond(max, "maximum", "limit", 1, container)),
        .. limit.Pairs("maxLimitRequestRatio").Select(most => Apart(most, container)),
    ];

    /// <param name="wrong">The sign of what is beyond the bound.</param>
    private static string? Beyond(
        KeyValuePair<string, string> bound, string word, string side, int wrong, Dictionary<string, decimal> container)
    {
        var says = $"{word} {bound.Key} usage per Container is {bound.Value}";
        if (!container.TryGetValue($"{side}s.{bound.Key}", out var value))
        {
            return $"{says}.  No {side} is specified";
        }

        var isBeyond = Math.Sign(value - PodResources.Quantity(bound.Value)) == wrong;
        return isBeyond ? $"{says}, but {side} is {PodResources.Format(bound.Key, value)}" : null;
    }

    private static string? Apart(KeyValuePair<string, string> most, Dictionary<string, decimal> container)
    {
        var says = $"{most.Key} max limit to request ratio per Container is {most.Value}, but";
        var (request, limit) = (container.GetValueOrDefault($"requests.{most.Key}"), container.GetValueOrDefault($"limits.{most.Key}"));
        if (request == 0 || limit == 0)
        {
            return request == 0 ? $"{says} no request is specified or request is 0" : $"{says} no limit is specified or limit is 0";
        }

        var ratio = limit / request;
        return ratio > PodResources.Quantity(most.Value) ? FormattableString.Invariant($"{says} provided ratio is {ratio:F6}") : null;
    }

    private void RuntimeClass(string pod, JsonObject spec)
    {
        if (spec.Text("runtimeClassName") is not { } name)
        {
            return;
        }

        var runtimeClass = store.Find(Kinds.RuntimeClasses, "", name)?.Json
            ?? throw Forbidden(pod, $"pod rejected: RuntimeClass \"{name}\" not found");
        var selector = runtimeClass.Object("scheduling", "nodeSelector");
        foreach (var (key, value) in selector.Pairs())
        {
            if (spec.Text("nodeSelector", key) is { } other && other != value)
            {
                throw Forbidden(pod, $"conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; "
                    + $"pod.spec.nodeSelector[{key}] = {other}");
            }
        }

        Defaults.Fill(spec, Json.Of($$"""{"overhead":{{runtimeClass.At("overhead", "podFixed")}},"nodeSelector":{{selector}}}"""));
        foreach (var toleration in runtimeClass.Items("scheduling", "tolerations"))
        {
            Tolerate(spec, toleration.Copy());
        }
    }

    private static void Tolerate(JsonObject spec, JsonObject toleration)
    {
        if (!spec.Items("tolerations").Any(t => Covers(t, toleration)))
        {
            spec.EnsureArray("tolerations").Add(toleration);
        }
    }

    /// <summary>Whether one toleration tolerates all that another does, so that the other would add nothing.</summary>
    private static bool Covers(JsonObject wide, JsonObject narrow) => JsonNode.DeepEquals(wide, narrow)
        || ((wide.Text("key") == narrow.Text("key") || (wide.Text("key") is null or "" && wide.Text("operator") == "Exists"))
            && (wide.Text("effect") is null or "" || wide.Text("effect") == narrow.Text("effect"))
            && (wide.Number("tolerationSeconds") ?? long.MaxValue) >= (narrow.Number("tolerationSeconds") ?? long.MaxValue)
            && (wide.Text("operator") == "Exists" || (narrow.Text("operator") == "Equal" && wide.Text("value") == narrow.Text("value"))));
}
