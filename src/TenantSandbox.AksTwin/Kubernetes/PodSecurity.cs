namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Pod Security Admission. Only the level <c>restricted</c> is implemented; other levels in a namespace's labels are ignored.
/// </summary>
internal static class PodSecurity
{
    private const string Prefix = "pod-security.kubernetes.io/";
    private static readonly string[] HostNamespaces = ["hostNetwork", "hostPID", "hostIPC"];
    private static readonly string[] NonRoot = ["securityContext", "runAsNonRoot"];
    private static readonly string[] Seccomp = ["securityContext", "seccompProfile", "type"];
    private static readonly string[] AllowedVolumes =
        ["name", "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

    /// <summary>Each check with the part of a pod it applies to, and a function that describes a violation or returns null.</summary>
    private static readonly (string Name, string Of, Func<JsonObject, JsonObject, string?> Violation)[] Checks =
    [
        ("host namespaces", "pod", (pod, _) => JoinOrNull(
            HostNamespaces.Where(name => pod.GetBoolean(name) is true), name => $"{name}=true")),
        ("hostPort", "container", (_, c) => JoinOrNull(
            c.GetObjects("ports").Select(p => p.GetInteger("hostPort") ?? 0).Where(port => port > 0), port => $"uses hostPort {port}")),
        ("privileged", "container", (_, c) => c.GetBoolean("securityContext", "privileged") is true
            ? "must not set securityContext.privileged=true" : null),
        ("allowPrivilegeEscalation != false", "container", (_, c) =>
            c.GetBoolean("securityContext", "allowPrivilegeEscalation") is not false
            ? "must set securityContext.allowPrivilegeEscalation=false" : null),
        ("unrestricted capabilities", "container", (_, c) => !c.GetStrings("securityContext", "capabilities", "drop").Contains("ALL")
            ? "must set securityContext.capabilities.drop=[\"ALL\"]" : null),
        ("unrestricted capabilities", "container", (_, c) => JoinOrNull(
            c.GetStrings("securityContext", "capabilities", "add").Where(name => name != "NET_BIND_SERVICE"),
            name => $"must not include \"{name}\" in securityContext.capabilities.add")),
        ("restricted volume types", "volume", (_, v) => JoinOrNull(
            v.Select(p => p.Key).Except(AllowedVolumes), type => $"uses restricted volume type \"{type}\"")),
        ("runAsNonRoot != true", "pod or container", (pod, c) => (c.GetBoolean(NonRoot) ?? pod.GetBoolean(NonRoot)) is not true
            ? "must set securityContext.runAsNonRoot=true" : null),
        ("runAsUser=0", "pod", (pod, _) => pod.GetInteger("securityContext", "runAsUser") is 0 ? "pod must not set runAsUser=0" : null),
        ("runAsUser=0", "container", (_, c) => c.GetInteger("securityContext", "runAsUser") is 0 ? "must not set runAsUser=0" : null),
        ("seccompProfile", "pod or container", (pod, c) =>
            (c.GetString(Seccomp) ?? pod.GetString(Seccomp)) is not ("RuntimeDefault" or "Localhost")
            ? "must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"" : null),
    ];

    /// <summary>
    /// Describes how a pod violates the level of a namespace for a mode (<c>enforce</c> or <c>warn</c>); null if it doesn't.
    /// </summary>
    public static string? FindViolations(StoredObject? ns, string mode, JsonObject? pod)
    {
        var labels = ns?.Json.GetObject("metadata", "labels");
        if (labels.GetString(Prefix + mode) != "restricted" || pod is null)
        {
            return null;
        }

        var violations =
            from check in Checks
            from item in Parts(pod, check.Of)
            group item.GetString("name") by (check.Name, check.Of, How: check.Violation(pod, item)) into found
            where found.Key.How is not null
            let named = $"{found.Key.Of}{(found.Count() > 1 ? "s" : "")} {string.Join(", ", found.Select(name => $"\"{name}\""))} "
            group (found.Key.Of == "pod" ? "" : named) + found.Key.How by found.Key.Name into check
            select $"{check.Key} ({string.Join("; ", check)})";
        var text = string.Join(", ", violations);
        return text.Length == 0 ? null : $"PodSecurity \"restricted:{labels.GetString($"{Prefix}{mode}-version") ?? "latest"}\": {text}";
    }

    private static IEnumerable<JsonObject> Parts(JsonObject pod, string of) => of switch
    {
        "pod" => [pod],
        "volume" => pod.GetObjects("volumes"),
        _ => pod.GetObjects("containers").Concat(pod.GetObjects("initContainers")),
    };

    private static string? JoinOrNull<T>(IEnumerable<T> items, Func<T, string> describe) =>
        items.Any() ? string.Join(", ", items.Select(describe)) : null;
}
