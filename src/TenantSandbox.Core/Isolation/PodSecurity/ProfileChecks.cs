using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Isolation.PodSecurity;

/// <summary>Checks on the profiles and masks with which the node's kernel confines containers.</summary>
internal static class ProfileChecks
{
    private const string ProcMount = "procMount";
    private const string SeccompBaseline = "seccompProfile_baseline";
    private const string SeccompType = "securityContext/seccompProfile/type";
    private const string SeccompRule = "must set securityContext.seccompProfile.type to RuntimeDefault or Localhost";

    // Deprecated in favor of the field since 1.30, and still in force.
    private const string AppArmorAnnotation = "container.apparmor.security.beta.kubernetes.io/";

    private static readonly string[] SeLinuxTypes = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];
    private static readonly string[] SeLinuxIdentity = ["user", "role"];

    public static IReadOnlyList<PodSecurityCheck> All { get; } =
    [
        new("appArmorProfile", PodSecurityLevel.Baseline, AppArmor),
        new(ProcMount, PodSecurityLevel.Baseline, UnmaskedProc) { ExemptsUserNamespaces = true },
        new(SeccompBaseline, PodSecurityLevel.Baseline, OtherSeccomp),
        new("seLinuxOptions", PodSecurityLevel.Baseline, SeLinux),
        new("procMount_restricted", PodSecurityLevel.Restricted, UnmaskedProc) { Overrides = ProcMount },
        new("seccompProfile_restricted", PodSecurityLevel.Restricted, MissingOrOtherSeccomp) { Overrides = SeccompBaseline, ExemptsWindows = true },
    ];

    private static IEnumerable<FieldViolation> AppArmor(EvaluatedPod pod)
    {
        const string Rule = "must use AppArmor profile type RuntimeDefault or Localhost, or none of its own";
        return pod.Setting("appArmorProfile")
            .Select(s => (s.Part, Type: TypeOf(s.Value)))
            .Where(s => !IsConfining(s.Type))
            .Select(s => s.Part.Violates("securityContext/appArmorProfile/type", Rule, s.Type.Quote()))
            .Concat(pod.Annotations
                .Where(a => a.Key.StartsWith(AppArmorAnnotation, StringComparison.Ordinal))
                .Select(a => (a.Key, Value: a.Value.AsText()))
                .Where(a => a.Value is not ("" or "runtime/default") && !a.Value.StartsWith("localhost/", StringComparison.Ordinal))
                .Select(a => new FieldViolation(
                    $"container \"{a.Key[AppArmorAnnotation.Length..]}\"", $"/metadata/annotations/{a.Key.Replace("/", "~1", StringComparison.Ordinal)}", Rule, a.Value.Quote())));
    }

    private static IEnumerable<FieldViolation> UnmaskedProc(EvaluatedPod pod) =>
        from container in pod.Containers
        let value = container.SecurityContext?["procMount"]
        where value is not null && value.AsText() != "Default"
        select container.Violates("securityContext/procMount", "must keep /proc masked; remove securityContext.procMount or set it to Default", value.AsText().Quote());

    private static IEnumerable<FieldViolation> OtherSeccomp(EvaluatedPod pod) => SetSeccomp(pod, $"{SeccompRule}, or remove it");

    private static IEnumerable<FieldViolation> MissingOrOtherSeccomp(EvaluatedPod pod) =>
        SetSeccomp(pod, SeccompRule).Concat(pod.Lacking("seccompProfile").Select(c => c.Violates(SeccompType, $"or the pod {SeccompRule}")));

    private static IEnumerable<FieldViolation> SetSeccomp(EvaluatedPod pod, string rule) => pod.Setting("seccompProfile")
        .Select(s => (s.Part, Type: TypeOf(s.Value)))
        .Where(s => !IsConfining(s.Type))
        .Select(s => s.Part.Violates(SeccompType, rule, s.Type.Quote()));

    private static IEnumerable<FieldViolation> SeLinux(EvaluatedPod pod)
    {
        foreach (var (part, value) in pod.Setting("seLinuxOptions"))
        {
            var type = TypeOf(value);
            if (!SeLinuxTypes.Contains(type))
            {
                yield return part.Violates(
                    "securityContext/seLinuxOptions/type", $"must use SELinux type {string.Join(", ", SeLinuxTypes[1..])} or none of its own", type.Quote());
            }

            foreach (var field in SeLinuxIdentity.Where(f => ((value as JsonObject)?[f]).AsText().Length > 0))
            {
                yield return part.Violates($"securityContext/seLinuxOptions/{field}", "must not set an SELinux user or role; remove them", field);
            }
        }
    }

    private static string TypeOf(JsonNode profile) => ((profile as JsonObject)?["type"]).AsText();

    private static bool IsConfining(string type) => type is "RuntimeDefault" or "Localhost";
}
