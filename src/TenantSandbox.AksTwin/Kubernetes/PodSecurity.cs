using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Pod Security Admission by a namespace's labels: all checks of <c>restricted</c>, and of <c>baseline</c> those that forbid host
/// access and privilege.
/// </summary>
internal static class PodSecurity
{
    private const string Prefix = "pod-security.kubernetes.io/";

    public static void Enforce(StoredObject? ns, string name, JsonObject? spec)
    {
        var faults = Violations(ns, "enforce", spec, out var policy);
        if (faults.Count > 0)
            throw StatusException.Forbidden(Kinds.Pods, name, $"violates PodSecurity \"{policy}\": {string.Join(", ", faults)}");
    }

    /// <summary>What a client is warned of when it writes a pod or a template into a namespace that warns.</summary>
    public static string? Warning(StoredObject? ns, JsonObject? spec) =>
        Violations(ns, "warn", spec, out var policy) is { Count: > 0 } faults ? $"would violate PodSecurity \"{policy}\": {string.Join(", ", faults)}" : null;

    private static List<string> Violations(StoredObject? ns, string mode, JsonObject? spec, out string policy)
    {
        var labels = ns?.Json.Object("metadata", "labels");
        var level = labels.Text(Prefix + mode) ?? "privileged";
        policy = $"{level}:{labels.Text($"{Prefix}{mode}-version") ?? "latest"}";
        var faults = new List<string>();
        if (level is not ("baseline" or "restricted") || spec is null)
            return faults;
        var containers = spec.Items("containers").Concat(spec.Items("initContainers")).ToList();

        foreach (var field in (string[])["hostNetwork", "hostPID", "hostIPC"])
        {
            if (spec.Flag(field) is true)
                faults.Add($"host namespaces ({field}=true)");
        }

        Report("privileged", c => c.Flag("securityContext", "privileged") is true, "must not set securityContext.privileged=true");
        var paths = spec.Items("volumes").Where(v => v["hostPath"] is not null).Select(v => v.Text("name")).ToList();
        if (paths.Count > 0)
            faults.Add($"hostPath volumes ({Name("volume", paths)})");
        Report("hostPort", c => c.Items("ports").Any(p => p.Number("hostPort") is > 0), "uses hostPort");
        if (level == "baseline")
            return faults;

        Report("allowPrivilegeEscalation != false", c => c.Flag("securityContext", "allowPrivilegeEscalation") is not false, "must set securityContext.allowPrivilegeEscalation=false");
        Report(
            "unrestricted capabilities",
            c => !c.Texts("securityContext", "capabilities", "drop").Contains("ALL") || c.Texts("securityContext", "capabilities", "add").Any(a => a != "NET_BIND_SERVICE"),
            "must set securityContext.capabilities.drop=[\"ALL\"]");
        var types = spec.Items("volumes").Where(v => v.Any(p => p.Key is not ("name" or "configMap" or "csi" or "downwardAPI" or "emptyDir" or "ephemeral" or "persistentVolumeClaim" or "projected" or "secret" or "hostPath")))
            .Select(v => v.Text("name")).ToList();
        if (types.Count > 0)
            faults.Add($"restricted volume types ({Name("volume", types)} use restricted volume types)");
        var podNonRoot = spec.Flag("securityContext", "runAsNonRoot") is true;
        Report("runAsNonRoot != true", c => !(c.Flag("securityContext", "runAsNonRoot") ?? podNonRoot), "must set securityContext.runAsNonRoot=true", "pod or ");
        if (spec.Number("securityContext", "runAsUser") is 0)
            faults.Add("runAsUser=0 (pod must not set runAsUser=0)");
        Report("runAsUser=0", c => c.Number("securityContext", "runAsUser") is 0, "must not set runAsUser=0");
        var podProfile = spec.Text("securityContext", "seccompProfile", "type");
        Report(
            "seccompProfile",
            c => (c.Text("securityContext", "seccompProfile", "type") ?? podProfile) is not ("RuntimeDefault" or "Localhost"),
            "must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"",
            "pod or ");
        return faults;

        void Report(string check, Func<JsonObject, bool> violates, string must, string prefix = "")
        {
            var names = containers.Where(violates).Select(c => c.Text("name")).ToList();
            if (names.Count > 0)
                faults.Add($"{check} ({prefix}{Name("container", names)} {must})");
        }

        static string Name(string what, List<string?> names) => $"{what}{(names.Count == 1 ? "" : "s")} {string.Join(", ", names.Select(n => $"\"{n}\""))}";
    }
}
