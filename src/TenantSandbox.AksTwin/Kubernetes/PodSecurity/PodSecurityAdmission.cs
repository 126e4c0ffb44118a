namespace TenantSandbox.AksTwin.Kubernetes.PodSecurity;

/// <summary>Pod Security Admission: applies the Pod Security Standards that the labels of a namespace ask for. Nothing is recorded for <c>audit</c>.</summary>
internal static class PodSecurityAdmission
{
    private static readonly string[] Modes = ["enforce", "audit", "warn"];

    /// <param name="pod">An object with metadata and spec.</param>
    /// <exception cref="StatusException">403: the pod violates what its namespace enforces.</exception>
    public static void Check(ObjectStore store, string ns, string name, JsonObject pod)
    {
        if (Describe(PodSecurityPolicy.Of(store.Find(Kinds.Namespaces, "", ns)?.Json, "enforce", whenUnknown: "restricted"), pod) is { } violations)
        {
            throw StatusException.Forbidden(Kinds.Pods, name, $"violates {violations}");
        }
    }

    /// <summary>Checks a pod with another image, as upstream, and the labels of a namespace that an update changes.</summary>
    /// <exception cref="StatusException">403 or 422.</exception>
    public static void CheckUpdate(ObjectStore store, StoredObject live, JsonObject json)
    {
        if (live.Key.Kind == Kinds.Namespaces)
        {
            CheckLabels(json, live.Json);
        }

        if (live.Key.Kind == Kinds.Pods && !ImagesOf(json).SequenceEqual(ImagesOf(live.Json)))
        {
            Check(store, live.Key.Namespace, live.Key.Name, json);
        }
    }

    /// <exception cref="StatusException">422: a label of a namespace names no level or version.</exception>
    public static void CheckLabels(JsonObject ns, JsonObject? old)
    {
        if (FindBadLabels(ns.GetNode("metadata", "labels"), old.GetNode("metadata", "labels")).ToList() is { Count: > 0 } errors)
        {
            throw StatusException.Invalid(Kinds.Namespaces, ns.GetString("metadata", "name") ?? "", errors);
        }
    }

    /// <summary>Describes how a pod or a template violates what its namespace warns of; null if it doesn't.</summary>
    /// <param name="template">An object with metadata and spec.</param>
    public static string? FindWarning(JsonObject? ns, JsonObject template)
    {
        var (enforced, warned) = (PodSecurityPolicy.Of(ns, "enforce"), PodSecurityPolicy.Of(ns, "warn"));
        // Without a label, a namespace warns of what it enforces.
        return Describe(ns.GetString("metadata", "labels", $"{PodSecurityPolicy.Prefix}warn") is null ? enforced : warned, template);
    }

    /// <summary>The violated checks of a level, in the order of the list, with their descriptions.</summary>
    /// <param name="minor">The minor version of the standards; not limited to the one that the twin plays.</param>
    public static IEnumerable<(string Id, string Text)> Evaluate(string level, int minor, JsonObject pod)
    {
        var examined = new ExaminedPod(pod);
        var checks = PodSecurityCheck.All.Where(c => c.Since <= minor && level != "privileged" && (c.IsBaseline || level == "restricted")).ToList();
        return
            from check in checks
            where !checks.Any(c => c.Overrides == check.Id)
            let text = check.Describe(examined, minor)
            where text is not null
            select (check.Id, text);
    }

    private static IEnumerable<FieldError> FindBadLabels(JsonNode? labels, JsonNode? old) =>
        from mode in Modes
        from label in ((string Name, bool IsVersion)[])[(PodSecurityPolicy.Prefix + mode, false), ($"{PodSecurityPolicy.Prefix}{mode}-version", true)]
        let value = labels.GetString(label.Name)
        where value is not null && value != old.GetString(label.Name)
            && !(label.IsVersion ? PodSecurityPolicy.IsVersion(value) : PodSecurityPolicy.Levels.Contains(value))
        select FieldError.Invalid($"metadata.labels[{label.Name}]", value, label.IsVersion
            ? "must be \"latest\" or \"v1.x\"" : $"must be one of {string.Join(", ", PodSecurityPolicy.Levels)}");

    private static string? Describe(PodSecurityPolicy policy, JsonObject pod)
    {
        var text = string.Join(", ", Evaluate(policy.Level, policy.Minor, pod).Select(v => v.Text));
        return text.Length == 0 ? null : $"PodSecurity \"{policy.Level}:{policy.Version}\": {text}";
    }

    private static IEnumerable<string?> ImagesOf(JsonObject pod) =>
        new FieldPattern("spec.containers|initContainers[*].image").Match(pod, "").Select(image => image.Value.GetString());
}
