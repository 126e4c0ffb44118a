using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Pod Security Admission at the level <c>restricted</c>, the only one that namespaces here ask for by their labels.</summary>
internal static class PodSecurity
{
    private const string Prefix = "pod-security.kubernetes.io/";
    private static readonly string[] Seccomp = ["securityContext", "seccompProfile", "type"];
    private static readonly string[] FreeVolumes =
        ["name", "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

    /// <summary>What is checked, of each what, and how one of them breaks it in a pod; null when it doesn't.</summary>
    private static readonly (string Name, string Of, Func<JsonObject, JsonObject, string?> Breach)[] Checks =
    [
        ("hostPort", "container", (_, c) => c.Items("ports").FirstOrDefault(p => p.Number("hostPort") is > 0) is { } port
            ? $"uses hostPort {port.Number("hostPort")}" : null),
        ("privileged", "container", (_, c) => c.Flag("securityContext", "privileged") is true
            ? "must not set securityContext.privileged=true" : null),
        ("allowPrivilegeEscalation != false", "container", (_, c) => c.Flag("securityContext", "allowPrivilegeEscalation") is not false
            ? "must set securityContext.allowPrivilegeEscalation=false" : null),
        ("unrestricted capabilities", "container", (_, c) => !c.Texts("securityContext", "capabilities", "drop").Contains("ALL")
            ? "must set securityContext.capabilities.drop=[\"ALL\"]" : null),
        ("unrestricted capabilities", "container", (_, c) => c.Texts("securityContext", "capabilities", "add").Except(["NET_BIND_SERVICE"]).Any()
            ? "must not include other than \"NET_BIND_SERVICE\" in securityContext.capabilities.add" : null),
        ("restricted volume types", "volume", (_, v) => v.Select(p => p.Key).Except(FreeVolumes).FirstOrDefault() is { } type
            ? $"uses restricted volume type \"{type}\"" : null),
        ("runAsNonRoot != true", "pod or container", (pod, c) =>
            (c.Flag("securityContext", "runAsNonRoot") ?? pod.Flag("securityContext", "runAsNonRoot")) is not true
            ? "must set securityContext.runAsNonRoot=true" : null),
        ("runAsUser=0", "container", (pod, c) => (c.Number("securityContext", "runAsUser") ?? pod.Number("securityContext", "runAsUser")) is 0
            ? "must not set runAsUser=0" : null),
        ("seccompProfile", "pod or container", (pod, c) => (c.Text(Seccomp) ?? pod.Text(Seccomp)) is not ("RuntimeDefault" or "Localhost")
            ? "must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"" : null),
    ];

    /// <summary>All breaches of what a namespace enforces, or warns of; null when there are none.</summary>
    public static string? Breaches(StoredObject? ns, string mode, JsonObject? spec)
    {
        var labels = ns?.Json.Object("metadata", "labels");
        if (labels.Text(Prefix + mode) != "restricted" || spec is null)
            return null;
        var host = ((string[])["hostNetwork", "hostPID", "hostIPC"]).Where(field => spec.Flag(field) is true).Select(field => $"{field}=true").ToList();
        List<string> breaches =
        [
            .. host.Count > 0 ? [$"host namespaces ({string.Join(", ", host)})"] : Array.Empty<string>(),
            .. from check in Checks
               from item in spec.Items(check.Of == "volume" ? "volumes" : "containers")
               group $"\"{item.Text("name")}\"" by (check.Name, check.Of, How: check.Breach(spec, item)) into found
               where found.Key.How is not null
               select $"{found.Key.Name} ({found.Key.Of}{(found.Count() > 1 ? "s" : "")} {string.Join(", ", found)} {found.Key.How})",
        ];
        var version = labels.Text($"{Prefix}{mode}-version") ?? "latest";
        return breaches.Count == 0 ? null : $"PodSecurity \"restricted:{version}\": {string.Join(", ", breaches)}";
    }
}
