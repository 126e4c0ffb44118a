using static TenantSandbox.AksTwin.Kubernetes.PodSecurity.ExaminedPod;

namespace TenantSandbox.AksTwin.Kubernetes.PodSecurity;

/// <summary>Checks of Pod Security on the profiles of AppArmor, seccomp and SELinux, and on the mask of /proc.</summary>
internal static class ProfileChecks
{
    private const string AppArmorAnnotation = "container.apparmor.security.beta.kubernetes.io/";
    private static readonly string[] SeLinuxTypes = ["", "container_t", "container_init_t", "container_kvm_t"];

    public static string? AppArmor(ExaminedPod pod)
    {
        var annotations = pod.Annotations
            .Where(a => a.Key.StartsWith(AppArmorAnnotation, StringComparison.Ordinal)
                && a.Value is not ("" or "runtime/default") && !a.Value.StartsWith("localhost/", StringComparison.Ordinal))
            .Select(a => $"{a.Key}=\"{a.Value}\"").Order(StringComparer.Ordinal).ToList();
        var setters = ((string?[])[pod.Setters(IsBad), annotations.Count == 0 ? null : Plural("annotation", annotations.Count)]).OfType<string>();
        List<string> values = [.. pod.Settings("appArmorProfile", "type").Where(type => !IsConfining(type)), .. annotations];
        return setters.Any() ? $"{Plural("forbidden AppArmor profile", values.Count)} "
            + $"({string.Join(" and ", setters)} must not set AppArmor profile type to {Quote(values)})" : null;

        static bool IsBad(JsonObject context) => context["appArmorProfile"] is { } profile && !IsConfining(profile.GetString("type"));
    }

    public static string? ProcMount(ExaminedPod pod) => pod.Find(c => Other(c).Any()) is { Count: > 0 } bad
        ? $"procMount ({Name("container", bad)} must not set securityContext.procMount to {Quote(pod.Values(Other))})" : null;

    public static string? Seccomp(ExaminedPod pod) => pod.Setters(HasOtherSeccomp) is { } setters
        ? $"seccompProfile ({setters} must not set securityContext.seccompProfile.type to "
            + $"{Quote(pod.Settings("seccompProfile", "type").Where(type => !IsConfining(type)))})" : null;

    public static string? RestrictedSeccomp(ExaminedPod pod) => Seccomp(pod)
        ?? (pod.Lacking(c => c.GetNode("seccompProfile") is not null) is { Count: > 0 } lacking
            ? $"seccompProfile (pod or {Name("container", lacking)} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")"
            : null);

    public static string? SeLinux(ExaminedPod pod, int minor)
    {
        var setters = pod.Setters(c => c.GetObject("seLinuxOptions") is { } o && (IsOtherType(o.GetString("type") ?? "") || Has(c, "user") || Has(c, "role")));
        var types = pod.Settings("seLinuxOptions", "type").Where(IsOtherType).ToList();
        string?[] details =
        [
            types.Count == 0 ? null : Name("type", types),
            .. ((string[])["user", "role"]).Select(field => pod.Setters(c => Has(c, field)) is null ? null : $"{field} may not be set"),
        ];
        return setters is null ? null
            : $"seLinuxOptions ({setters} set forbidden securityContext.seLinuxOptions: {string.Join("; ", details.OfType<string>())})";

        bool IsOtherType(string type) => !SeLinuxTypes.Contains(type) && !(minor >= 31 && type == "container_engine_t");

        static bool Has(JsonObject context, string field) => context.GetString("seLinuxOptions", field) is { Length: > 0 };
    }

    private static bool HasOtherSeccomp(JsonObject context) => context["seccompProfile"] is { } profile && !IsConfining(profile.GetString("type"));

    private static IEnumerable<string> Other(JsonObject container) =>
        container.GetString("securityContext", "procMount") is { } type and not "Default" ? [type] : [];

    private static bool IsConfining(string? type) => type is "RuntimeDefault" or "Localhost";
}
