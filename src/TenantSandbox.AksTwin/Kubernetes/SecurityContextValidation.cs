using static TenantSandbox.AksTwin.Kubernetes.ValidationRules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Validates the security contexts of a pod and of its containers.</summary>
internal static class SecurityContextValidation
{
    private const string Containers = "containers|initContainers[*]";

    private static readonly NameFormat Sysctl = new(253, @"([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?", "");

    /// <summary>The profiles that both a pod and a container can have.</summary>
    private static readonly ValidationRule Profiles = ForFields(
        ("seccompProfile", CheckProfile("seccomp", "seccompProfile")),
        ("appArmorProfile", CheckProfile("AppArmor", "appArmorProfile")));

    /// <summary>The rules for the spec of a pod.</summary>
    public static readonly ValidationRule Spec = ForFields(
        ("securityContext", Profiles),
        ("securityContext.sysctls", CheckSysctls),
        ($"{Containers}.securityContext", Profiles),
        ($"{Containers}.securityContext", CheckEscalation),
        ($"{Containers}.securityContext.procMount", OneOf("Default", "Unmasked")),
        ("", CheckUnmasked),
        ("", CheckHostProcess));

    private static ValidationRule CheckProfile(string name, string field) => (profile, path) => (profile, profile.GetString("type")) switch
    {
        (null, _) => [],
        (_, "Localhost") when profile.GetNode("localhostProfile") is null =>
            [FieldError.Required($"{path}.localhostProfile", $"must be set when {name} type is Localhost")],
        (_, "Localhost") => [],
        (_, "RuntimeDefault" or "Unconfined") => profile.GetNode("localhostProfile") is not { } local ? []
            : [FieldError.Invalid($"{path}.localhostProfile", local, $"can only be set when {name} type is Localhost")],
        (_, null or "") => [FieldError.Required($"{path}.type", $"type is required when {field} is set")],
        var (_, other) => [FieldError.NotSupported($"{path}.type", other, "Localhost", "RuntimeDefault", "Unconfined")],
    };

    private static IEnumerable<FieldError> CheckSysctls(JsonNode? sysctls, string path)
    {
        var names = sysctls.GetObjects().Select(s => s.GetString("name") ?? "").ToList();
        return names.SelectMany((name, i) => (IEnumerable<FieldError>)(
            name.Length == 0 ? [FieldError.Required($"{path}[{i}].name")]
            : Sysctl.Check(name, "").Any() ? [FieldError.Invalid($"{path}[{i}].name", name, Sysctl.LengthAndPattern)]
            : names.IndexOf(name) < i ? [FieldError.Duplicate($"{path}[{i}].name", name)]
            : []));
    }

    private static IEnumerable<FieldError> CheckEscalation(JsonNode? context, string path)
    {
        if (context.GetBoolean("allowPrivilegeEscalation") is not false)
        {
            yield break;
        }

        const string Rule = "cannot set `allowPrivilegeEscalation` to false and";
        if (context.GetBoolean("privileged") is true)
        {
            yield return FieldError.Invalid(path, context, $"{Rule} `privileged` to true");
        }

        if (context.GetStrings("capabilities", "add").Contains("CAP_SYS_ADMIN"))
        {
            yield return FieldError.Invalid(path, context, $"{Rule} `capabilities.Add` CAP_SYS_ADMIN");
        }
    }

    private static IEnumerable<FieldError> CheckUnmasked(JsonNode? spec, string path) => spec.GetBoolean("hostUsers") is false ? []
        : from procMount in new FieldPattern($"{Containers}.securityContext.procMount").Match(spec, path)
          where procMount.Value.GetString() is "Unmasked"
          select FieldError.Invalid(procMount.Path, procMount.Value, "`hostUsers` must be false to use `Unmasked`");

    /// <summary>Containers that are processes of a Windows node must be all containers of a pod that uses the node's network.</summary>
    private static IEnumerable<FieldError> CheckHostProcess(JsonNode? spec, string path)
    {
        string[] field = ["securityContext", "windowsOptions", "hostProcess"];
        var ofPod = spec.GetBoolean(field);
        var containers = spec.GetObjects("initContainers").Concat(spec.GetObjects("containers")).Select(c => c.GetBoolean(field) ?? ofPod is true).ToList();
        if (!containers.Contains(true))
        {
            yield break;
        }

        if (containers.Contains(false))
        {
            yield return FieldError.Invalid(path, "", "If pod contains any hostProcess containers then all containers must be HostProcess containers");
        }

        if (spec.GetBoolean("hostNetwork") is not true)
        {
            yield return FieldError.Invalid($"{path}.hostNetwork", false, "hostNetwork must be true if pod contains any hostProcess containers");
        }
    }
}
