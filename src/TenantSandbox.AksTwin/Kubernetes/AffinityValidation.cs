using static TenantSandbox.AksTwin.Kubernetes.ValidationRules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Validates node and pod affinity.</summary>
internal static class AffinityValidation
{
    private const string RequiredTerms = "requiredDuringSchedulingIgnoredDuringExecution";
    private const string PreferredTerms = "preferredDuringSchedulingIgnoredDuringExecution";

    private static readonly ValidationRule Weight = (value, path) =>
        value.GetInteger() is >= 1 and <= 100 ? [] : [FieldError.Invalid(path, value ?? 0, "must be in the range 1-100")];

    /// <summary>A requirement of a label selector.</summary>
    private static readonly ValidationRule Requirement = ForFields(
        ("", CheckOperator),
        ("key", LabelName),
        ("values[*]", LabelValue));

    private static readonly ValidationRule NodeTerm = ForFields(
        ("matchExpressions[*]", CheckNodeOperator),
        ("matchExpressions[*].key", LabelName),
        ("matchFields[*]", CheckNodeField));

    private static readonly ValidationRule PodTerm = ForFields(
        ("labelSelector|namespaceSelector.matchExpressions[*]", Requirement),
        ("labelSelector|namespaceSelector.matchLabels", Labels),
        ("topologyKey", (value, path) => value.GetString() is { Length: > 0 } key ? QualifiedName(key, path) : [FieldError.Required(path, "can not be empty")]));

    public static readonly ValidationRule Affinity = ForFields(
        ($"nodeAffinity.{RequiredTerms}", (value, path) => value is null || value["nodeSelectorTerms"] is not null ? []
            : [FieldError.Required($"{path}.nodeSelectorTerms", "must have at least one node selector term")]),
        ($"nodeAffinity.{RequiredTerms}.nodeSelectorTerms[*]", NodeTerm),
        ($"nodeAffinity.{RequiredTerms}.nodeSelectorTerms[*].matchExpressions[*].values[*]", LabelValue),
        ($"nodeAffinity.{PreferredTerms}[*].weight", Weight),
        ($"nodeAffinity.{PreferredTerms}[*].preference", NodeTerm),
        ($"podAffinity|podAntiAffinity.{RequiredTerms}[*]", PodTerm),
        ($"podAffinity|podAntiAffinity.{PreferredTerms}[*].weight", Weight),
        ($"podAffinity|podAntiAffinity.{PreferredTerms}[*].podAffinityTerm", PodTerm));

    private static IEnumerable<FieldError> LabelName(JsonNode? key, string path) => QualifiedName(key.GetString() ?? "", path);

    private static IEnumerable<FieldError> LabelValue(JsonNode? value, string path) => NameFormat.LabelValue.Check(value.GetString() ?? "", path);

    private static IEnumerable<FieldError> CheckOperator(JsonNode? requirement, string path) =>
        (requirement.GetString("operator"), requirement.GetStrings("values").Count()) switch
        {
            ("In" or "NotIn", 0) => [FieldError.Required($"{path}.values", "must be specified when `operator` is 'In' or 'NotIn'")],
            ("Exists" or "DoesNotExist", > 0) =>
                [FieldError.Forbidden($"{path}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")],
            ("In" or "NotIn" or "Exists" or "DoesNotExist", _) => [],
            var (other, _) => [FieldError.Invalid($"{path}.operator", other ?? "", "not a valid selector operator")],
        };

    private static IEnumerable<FieldError> CheckNodeOperator(JsonNode? requirement, string path) => requirement.GetString("operator") is not ("Gt" or "Lt")
        ? CheckOperator(requirement, path)
        : requirement.GetStrings("values").Count() == 1 ? []
        : [FieldError.Required($"{path}.values", "must be specified single value when `operator` is 'Lt' or 'Gt'")];

    private static IEnumerable<FieldError> CheckNodeField(JsonNode? requirement, string path)
    {
        if (requirement.GetString("operator") is not ("In" or "NotIn"))
        {
            yield return FieldError.Invalid($"{path}.operator", requirement.GetString("operator") ?? "", "not a valid selector operator");
        }
        else if (requirement.GetStrings("values").Count() != 1)
        {
            yield return FieldError.Required($"{path}.values", "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
        }

        if (requirement.GetString("key") is not "metadata.name")
        {
            yield return FieldError.Invalid($"{path}.key", requirement.GetString("key") ?? "", "not a valid field selector key");
        }
    }
}
