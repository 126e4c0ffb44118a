namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Pod Security Admission at the level <c>restricted</c>, the only one that namespaces here ask for by their labels.</summary>
internal static class PodSecurity
{
    private const string Prefix = "pod-security.kubernetes.io/";
    private static readonly string[] HostNamespaces = ["hostNetwork", "hostPID", "hostIPC"];
    private static readonly string[] NonRoot = ["securityContext", "runAsNonRoot"];
    private static readonly string[] Seccomp = ["securityContext", "seccompProfile", "type"];
    private static readonly string[] FreeVolumes =
        ["name", "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

    /// <summary>What is checked, of what, and how one of these breaks it in a pod; null when it doesn't.</summary>
    private static readonly (string Name, string Of, Func<JsonObject, JsonObject, string?> Breach)[] Checks =
    [
        ("host namespaces", "pod", (pod, _) => All(HostNamespaces.Where(name => pod.Flag(name) is true), used => $"{used}=true")),
        ("hostPort", "container", (_, c) => All(
            c.Items("ports").Select(p => p.Number("hostPort") ?? 0).Where(port => port > 0), port => $"uses hostPort {port}")),
        ("privileged", "container", (_, c) => c.Flag("securityContext", "privileged") is true
            ? "must not set securityContext.privileged=true" : null),
        ("allowPrivilegeEscalation != false", "container", (_, c) => c.Flag("securityContext", "allowPrivilegeEscalation") is not false
            ? "must set securityContext.allowPrivilegeEscalation=false" : null),
        ("unrestricted capabilities", "container", (_, c) => !c.Texts("securityContext", "capabilities", "drop").Contains("ALL")
            ? "must set securityContext.capabilities.drop=[\"ALL\"]" : null),
        ("unrestricted capabilities", "container", (_, c) => All(
            c.Texts("securityContext", "capabilities", "add").Where(name => name != "NET_BIND_SERVICE"),
            name => $"must not include \"{name}\" in securityContext.capabilities.add")),
        ("restricted volume types", "volume", (_, v) => All(
            v.Select(p => p.Key).Except(FreeVolumes), type => $"uses restricted volume type \"{type}\"")),
        ("runAsNonRoot != true", "pod or container", (pod, c) => (c.Flag(NonRoot) ?? pod.Flag(NonRoot)) is not true
            ? "must set securityContext.runAsNonRoot=true" : null),
        ("runAsUser=0", "pod", (pod, _) => pod.Number("securityContext", "runAsUser") is 0 ? "pod must not set runAsUser=0" : null),
        ("runAsUser=0", "container", (_, c) => c.Number("securityContext", "runAsUser") is 0 ? "must not set runAsUser=0" : null),
        ("seccompProfile", "pod or container", (pod, c) => (c.Text(Seccomp) ?? pod.Text(Seccomp)) is not ("RuntimeDefault" or "Localhost")
            ? "must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"" : null),
    ];

    /// <summary>All breaches of what a namespace enforces, or warns of; null when there are none.</summary>
    public static string? Breaches(StoredObject? ns, string mode, JsonObject? pod)
    {
        var labels = ns?.Json.Object("metadata", "labels");
        if (labels.Text(Prefix + mode) != "restricted" || pod is null)
        {
            return null;
        }

        var breaches =
            from check in Checks
            from item in Parts(pod, check.Of)
            group item.Text("name") by (check.Name, check.Of, How: check.Breach(pod, item)) into found
            where found.Key.How is not null
            let named = $"{found.Key.Of}{(found.Count() > 1 ? "s" : "")} {string.Join(", ", found.Select(name => $"\"{name}\""))} "
            group (found.Key.Of == "pod" ? "" : named) + found.Key.How by found.Key.Name into check
            select $"{check.Key} ({string.Join("; ", check)})";
        var text = string.Join(", ", breaches);
        return text.Length == 0 ? null : $"PodSecurity \"restricted:{labels.Text($"{Prefix}{mode}-version") ?? "latest"}\": {text}";
    }

    private static IEnumerable<JsonObject> Parts(JsonObject pod, string of) => of switch
    {
        "pod" => [pod],
        "volume" => pod.Items("volumes"),
        _ => pod.Items("containers").Concat(pod.Items("initContainers")),
    };

    private static string? All<T>(IEnumerable<T> found, Func<T, string> says) => found.Any() ? string.Join(", ", found.Select(says)) : null;
}
