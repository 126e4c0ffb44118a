using static TenantSandbox.AksTwin.Kubernetes.DefaultRules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The defaults of ValidatingAdmissionPolicies and their bindings.</summary>
internal static class AdmissionPolicyDefaults
{
    private static readonly Action<JsonObject> MatchResources = ForParts(
        ("", Always("""{"matchPolicy":"Equivalent"}""")),
        ("", EnsureSelectors),
        ("resourceRules[*]", Always("""{"scope":"*"}""")),
        ("excludeResourceRules[*]", Always("""{"scope":"*"}""")));

    public static readonly Action<JsonObject> Policy = ForParts(
        ("spec", Always("""{"failurePolicy":"Fail"}""")),
        ("spec.matchConstraints", MatchResources));

    public static readonly Action<JsonObject> Binding = ForParts(("spec.matchResources", MatchResources));

    private static void EnsureSelectors(JsonObject match)
    {
        match.SetDefault("namespaceSelector", new JsonObject());
        match.SetDefault("objectSelector", new JsonObject());
    }
}
