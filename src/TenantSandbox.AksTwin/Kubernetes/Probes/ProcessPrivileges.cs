using TenantSandbox.Core.Isolation.Probe;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The privileges of a container's process, as containerd sets them from its security context.</summary>
internal static class ProcessPrivileges
{
    /// <summary>The user that the probe's image names.</summary>
    private const long ImageUser = 65532;

    private const string None = "0000000000000000";

    /// <summary>containerd's default capabilities.</summary>
    private const string Default = "00000000a80425fb";

    private const string All = "000001ffffffffff";

    /// <param name="pod">The pod.</param>
    /// <param name="container">Its container.</param>
    /// <param name="isKata">Whether it runs in a guest, where the agent sets no seccomp filter: <c>disable_guest_seccomp</c> is Kata's default.</param>
    public static ProbeProcess Of(JsonObject pod, JsonObject container, bool isKata)
    {
        var (own, shared) = (container.GetObject("securityContext"), pod.GetObject("spec", "securityContext"));
        var user = own.GetInteger("runAsUser") ?? shared.GetInteger("runAsUser") ?? ImageUser;
        var profile = own.GetString("seccompProfile", "type") ?? shared.GetString("seccompProfile", "type") ?? "Unconfined";
        var isPrivileged = own.GetBoolean("privileged") is true;
        // Without ambient capabilities, only root's are effective.
        var capabilities = isPrivileged ? All
            : user != 0 || own.GetStrings("capabilities", "drop").Contains("ALL") ? None
            : Default;
        return new(
            user,
            capabilities,
            Seccomp: isKata || isPrivileged || profile == "Unconfined" ? 0 : 2,
            NoNewPrivileges: own.GetBoolean("allowPrivilegeEscalation") is false);
    }

    /// <summary>Where a container's tokens are mounted.</summary>
    public static IReadOnlyList<string> TokenMounts(JsonObject pod, JsonObject container)
    {
        var tokens = pod.GetObjects("spec", "volumes")
            .Where(v => v.GetObjects("projected", "sources").Any(s => s.GetObject("serviceAccountToken") is not null))
            .Select(v => v.GetString("name"))
            .ToHashSet();
        return
        [
            .. container.GetObjects("volumeMounts").Where(m => tokens.Contains(m.GetString("name"))).Select(m => m.GetString("mountPath") ?? "")
                .Order(StringComparer.Ordinal).Take(ProbeResult.MaxTokenMounts),
        ];
    }
}
