using TenantSandbox.AksTwin.Kubernetes.Policies;
using static TenantSandbox.AksTwin.Kubernetes.ValidationRules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Validates ValidatingAdmissionPolicies and their bindings (<c>pkg/apis/admissionregistration/validation</c>).</summary>
internal static class AdmissionPolicyValidation
{
    private static readonly ValidationRule MatchResources = ForFields(
        ("matchPolicy", OneOf("Equivalent", "Exact")),
        ("resourceRules|excludeResourceRules[*].operations|apiGroups|apiVersions|resources", Required),
        ("resourceRules|excludeResourceRules[*].operations[*]", OneOf("*", "CONNECT", "CREATE", "DELETE", "UPDATE")),
        ("resourceRules|excludeResourceRules[*].scope", OneOf("*", "Cluster", "Namespaced")));

    public static readonly ValidationRule Policy = ForFields(
        ("spec.failurePolicy", OneOf("Fail", "Ignore")),
        ("spec.paramKind.apiVersion|kind", Required),
        ("spec.matchConstraints", Required),
        ("spec.matchConstraints.resourceRules", Required),
        ("spec.matchConstraints", Optional(MatchResources)),
        ("spec", CheckHasValidations),
        ("spec.matchConditions|variables", DistinctNames),
        ("spec.matchConditions|variables[*].name|expression", Required),
        ("spec.validations[*].expression", Required),
        ("spec.validations[*].message|messageExpression", CheckOneLine),
        ("spec.validations[*].reason", OneOf("Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized")),
        ("spec.auditAnnotations[*].key|valueExpression", Required),
        ("", CheckExpressions));

    public static readonly ValidationRule Binding = ForFields(
        ("spec", Required),
        ("spec.policyName", Matches(NameFormat.Subdomain)),
        ("spec.matchResources", Optional(MatchResources)),
        ("spec.validationActions", Required),
        ("spec.validationActions", CheckActions),
        ("spec.validationActions[*]", OneOf("Audit", "Deny", "Warn")),
        ("spec.paramRef", CheckParamRef),
        ("spec.paramRef.parameterNotFoundAction", Required),
        ("spec.paramRef.parameterNotFoundAction", OneOf("Allow", "Deny")));

    private static IEnumerable<FieldError> CheckHasValidations(JsonNode? spec, string path) =>
        spec.GetObjects("validations").Any() || spec.GetObjects("auditAnnotations").Any() ? []
        : [FieldError.Required($"{path}.validations", "validations or auditAnnotations must be non-empty")];

    /// <summary>What the twin can't evaluate is refused here, and so never passes a request.</summary>
    private static IReadOnlyList<FieldError> CheckExpressions(JsonNode? policy, string path)
    {
        PolicyCompiler.Compile(policy!.AsObject(), out var errors);
        return errors;
    }

    private static IEnumerable<FieldError> CheckOneLine(JsonNode? text, string path) =>
        text.GetString() is not { } message ? []
        : message.Trim().Length == 0 ? [FieldError.Invalid(path, text, "message must be non-empty if specified")]
        : path.EndsWith("message", StringComparison.Ordinal) && message.Contains('\n', StringComparison.Ordinal)
            ? [FieldError.Invalid(path, text, "message must not contain line breaks")] : [];

    private static IEnumerable<FieldError> CheckActions(JsonNode? actions, string path)
    {
        var names = actions.GetStrings().ToList();
        return names.Contains("Deny") && names.Contains("Warn")
            ? [FieldError.Invalid(path, actions, "must not contain both Deny and Warn (repeating the same validation failure information "
                + "in the API response and headers serves no purpose)")]
            : names.GroupBy(n => n).Where(n => n.Skip(1).Any()).Select(n => FieldError.Duplicate(path, n.Key));
    }

    private static IEnumerable<FieldError> CheckParamRef(JsonNode? reference, string path) => reference is null ? []
        : reference["selector"] is null == string.IsNullOrEmpty(reference.GetString("name"))
            ? [FieldError.Required(path, "must specify exactly one of name or selector")] : [];
}
