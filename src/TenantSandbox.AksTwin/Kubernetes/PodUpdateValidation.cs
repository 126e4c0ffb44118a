namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Checks which fields of a pod an update changes: few may change at all.</summary>
internal static class PodUpdateValidation
{
    public static IEnumerable<FieldError> Check(JsonObject pod, JsonObject old)
    {
        foreach (var list in (string[])["containers", "initContainers"])
        {
            if (pod.GetObjects("spec", list).Count() != old.GetObjects("spec", list).Count())
            {
                // As upstream, the rest isn't compared.
                return [FieldError.Forbidden($"spec.{list}", "pod updates may not add or remove containers")];
            }
        }

        return
        [
            .. CheckDeadline(pod.GetNode("spec", "activeDeadlineSeconds"), old.GetInteger("spec", "activeDeadlineSeconds")),
            .. CheckTolerations(pod, old),
            .. JsonNode.DeepEquals(ImmutableSpec(pod), ImmutableSpec(old)) ? (FieldError[])[]
                : [FieldError.Forbidden("spec", "pod updates may not change fields other than `spec.containers[*].image`,"
                    + "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
                    + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)")],
        ];
    }

    /// <summary>The deadline may be set and become shorter.</summary>
    private static IEnumerable<FieldError> CheckDeadline(JsonNode? deadline, long? old)
    {
        const string Path = "spec.activeDeadlineSeconds";
        return (deadline.GetInteger(), old) switch
        {
            (null, not null) => [FieldError.Invalid(Path, null, "must not update from a positive integer to nil value")],
            var (seconds, before) when seconds > before => [FieldError.Invalid(Path, deadline, "must be less than or equal to previous value")],
            _ => [],
        };
    }

    /// <summary>Tolerations may be added, and their seconds may change.</summary>
    private static IEnumerable<FieldError> CheckTolerations(JsonObject pod, JsonObject old)
    {
        var now = pod.GetObjects("spec", "tolerations").Select(WithoutSeconds).ToList();
        return old.GetObjects("spec", "tolerations").Select(WithoutSeconds).All(before => now.Any(t => JsonNode.DeepEquals(t, before))) ? []
            : [FieldError.Forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds")];
    }

    private static JsonObject WithoutSeconds(JsonObject toleration)
    {
        var copy = toleration.Copy();
        copy.Remove("tolerationSeconds");
        return copy;
    }

    /// <summary>A pod's spec without the fields that may change.</summary>
    private static JsonObject ImmutableSpec(JsonObject pod)
    {
        var spec = pod.GetObject("spec")!.Copy();
        spec.Remove("activeDeadlineSeconds");
        spec.Remove("tolerations");
        new FieldPattern("containers|initContainers[*]").MatchObjects(spec).ForEach(c => c.Remove("image"));
        return spec;
    }
}
