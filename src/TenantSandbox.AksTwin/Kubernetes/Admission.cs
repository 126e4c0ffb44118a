using TenantSandbox.AksTwin.Kubernetes.PodSecurity;
using TenantSandbox.AksTwin.Kubernetes.Policies;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Runs the admission plugins of AKS that affect the app, in the API server's order.</summary>
internal sealed class Admission(ObjectStore store)
{
    private const string Automount = "automountServiceAccountToken";
    private readonly LimitRanger _limitRanger = new(store);
    private readonly ClaimAdmission _claims = new(store);

    /// <summary>The plugin that runs ValidatingAdmissionPolicies.</summary>
    public PolicyAdmission Policies { get; } = new(store);

    /// <summary>Runs the plugins that check or change an object before it is validated.</summary>
    public void Mutate(ResourceKind kind, string ns, JsonObject json)
    {
        var name = DisplayName(json);
        if (kind.IsNamespaced)
        {
            CheckNamespace(kind, ns, name);
        }

        _claims.Mutate(kind, json);
        if (kind != Kinds.Pods)
        {
            return;
        }

        var spec = json.EnsureObject("spec");
        _limitRanger.ApplyDefaults(ns, spec);
        ApplyServiceAccount(ns, name, spec);
        ApplyPriorityClass(name, spec);
        foreach (var key in (string[])["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"])
        {
            if (!spec.GetObjects("tolerations").Any(t => t.GetString("key") == key))
            {
                AddToleration(spec, JsonTemplate.Fill($$"""
                    {"key":{{key}},"operator":"Exists","effect":"NoExecute","tolerationSeconds":300}
                    """));
            }
        }

        ApplyRuntimeClass(name, spec);
    }

    /// <summary>Runs the plugins that check a valid object.</summary>
    public void Validate(ResourceKind kind, string ns, JsonObject json, UserInfo user, bool isDryRun)
    {
        var (name, spec) = (DisplayName(json), json.GetObject("spec"));
        if (kind == Kinds.Pods)
        {
            _limitRanger.Validate(ns, name, spec);
            PodSecurityAdmission.Check(store, ns, name, json);
        }

        if (kind == Kinds.PersistentVolumeClaims)
        {
            _limitRanger.ValidateClaim(ns, name, spec);
        }

        if (kind == Kinds.Namespaces)
        {
            PodSecurityAdmission.CheckLabels(json, null);
        }

        if (Policies.IsActive)
        {
            var given = json.GetString("metadata", "generateName") is { Length: > 0 } ? "" : name;
            Policies.Validate(AdmissionRequest.For("CREATE", kind, ns, given, json, null, user, isDryRun));
        }

        if (kind.IsNamespaced && kind != Kinds.Events)
        {
            ResourceQuotaController.Admit(store, kind, ns, name, spec);
        }
    }

    /// <summary>Runs the plugins that check an update.</summary>
    public void ValidateUpdate(StoredObject live, JsonObject json, UserInfo user, bool isDryRun)
    {
        _claims.ValidateUpdate(live, json);
        PodSecurityAdmission.CheckUpdate(store, live, json);
        if (Policies.IsActive)
        {
            var (kind, ns, name) = live.Key;
            Policies.Validate(AdmissionRequest.For("UPDATE", kind, ns, name, json, live.Json, user, isDryRun));
        }
    }

    /// <summary>Runs the plugins that check a deletion.</summary>
    public void ValidateDeletion(StoredObject live, UserInfo user, bool isDryRun)
    {
        if (Policies.IsActive)
        {
            var (kind, ns, name) = live.Key;
            Policies.Validate(AdmissionRequest.For("DELETE", kind, ns, name, null, live.Json, user, isDryRun));
        }
    }

    /// <summary>The name for error messages: a generated name is reported by its prefix, because it changes with every attempt.</summary>
    private static string DisplayName(JsonObject json) =>
        json.GetString("metadata", "generateName") is { Length: > 0 } prefix ? prefix : json.GetString("metadata", "name") ?? "";

    private static StatusException Forbidden(string pod, string reason) => StatusException.Forbidden(Kinds.Pods, pod, reason);

    private void CheckNamespace(ResourceKind kind, string ns, string name)
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

    private void ApplyServiceAccount(string ns, string pod, JsonObject spec)
    {
        var account = spec.GetString("serviceAccountName")!;
        var live = store.Find(Kinds.ServiceAccounts, ns, account)
            ?? throw Forbidden(pod, $"error looking up service account {ns}/{account}: serviceaccount \"{account}\" not found");
        if (!(spec.GetBoolean(Automount) ?? live.Json.GetBoolean(Automount) ?? true))
        {
            return;
        }

        var volume = $"kube-api-access-{DeterministicNames.Suffix(pod, 5)}";
        spec.EnsureArray("volumes").Add(JsonTemplate.Fill($$$"""
            {"name":{{{volume}}},"projected":{"defaultMode":420,"sources":[
            {"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},
            {"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},
            {"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}]}}
            """));
        var mount = JsonTemplate.Fill($$"""
            {"name":{{volume}},"readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}
            """);
        foreach (var container in spec.GetObjects("containers"))
        {
            container.EnsureArray("volumeMounts").Add(mount.Copy());
        }
    }

    private void ApplyRuntimeClass(string pod, JsonObject spec)
    {
        var runtimeClass = spec.GetString("runtimeClassName") is not { } name ? null : store.Find(Kinds.RuntimeClasses, "", name)?.Json
            ?? throw Forbidden(pod, $"pod rejected: RuntimeClass \"{name}\" not found");
        var overhead = runtimeClass.GetNode("overhead", "podFixed");
        if (spec["overhead"] is { } own && !JsonNode.DeepEquals(own, overhead))
        {
            throw Forbidden(pod, overhead is null ? "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"
                : "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
        }

        var selector = runtimeClass.GetObject("scheduling", "nodeSelector");
        foreach (var (key, value) in selector.GetStringMap())
        {
            if (spec.GetString("nodeSelector", key) is { } other && other != value)
            {
                throw Forbidden(pod, $"conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; "
                    + $"pod.spec.nodeSelector[{key}] = {other}");
            }
        }

        DefaultRules.Fill(spec, JsonTemplate.Fill($$"""{"overhead":{{overhead}},"nodeSelector":{{selector}}}"""));
        foreach (var toleration in runtimeClass.GetObjects("scheduling", "tolerations"))
        {
            AddToleration(spec, toleration.Copy());
        }
    }

    private void ApplyPriorityClass(string pod, JsonObject spec)
    {
        var priorityClass = PriorityClassRules.Find(store, spec.GetString("priorityClassName"));
        if (priorityClass is null && spec.GetString("priorityClassName") is { Length: > 0 } name)
        {
            throw Forbidden(pod, $"no PriorityClass with name {name} was found");
        }

        var priority = priorityClass?.GetInteger("value") ?? 0;
        if (spec.GetInteger("priority") is { } own && own != priority)
        {
            throw Forbidden(pod, $"the integer value of priority ({own}) must not be provided in pod spec; "
                + $"priority admission controller computed {priority} from the given PriorityClass name");
        }

        DefaultRules.Fill(spec, JsonTemplate.Fill($$"""
            {"priority":{{priority}},"priorityClassName":{{priorityClass.GetString("metadata", "name")}},
            "preemptionPolicy":{{priorityClass.GetString("preemptionPolicy") ?? "PreemptLowerPriority"}} }
            """));
    }

    private static void AddToleration(JsonObject spec, JsonObject toleration)
    {
        if (!spec.GetObjects("tolerations").Any(t => Covers(t, toleration)))
        {
            spec.EnsureArray("tolerations").Add(toleration);
        }
    }

    /// <summary>Whether the first toleration tolerates everything that the second does.</summary>
    private static bool Covers(JsonObject wide, JsonObject narrow)
    {
        if (JsonNode.DeepEquals(wide, narrow))
        {
            return true;
        }

        var (key, effect, isExists) = (wide.GetString("key"), wide.GetString("effect"), wide.GetString("operator") == "Exists");
        return (key == narrow.GetString("key") || (key is null or "" && isExists))
            && (effect is null or "" || effect == narrow.GetString("effect"))
            && (wide.GetInteger("tolerationSeconds") ?? long.MaxValue) >= (narrow.GetInteger("tolerationSeconds") ?? long.MaxValue)
            && (isExists || (narrow.GetString("operator") == "Equal" && wide.GetString("value") == narrow.GetString("value")));
    }
}
