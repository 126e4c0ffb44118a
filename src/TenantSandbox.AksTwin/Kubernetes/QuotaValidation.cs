using static TenantSandbox.AksTwin.Kubernetes.ValidationRules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Validates ResourceQuotas and LimitRanges.</summary>
internal static class QuotaValidation
{
    private const string Unsupported = "unsupported scope";
    private const string NotForResource = "unsupported scope applied to resource";

    private static readonly string[] Scopes =
        ["BestEffort", "CrossNamespacePodAffinity", "NotBestEffort", "NotTerminating", "PriorityClass", "Terminating"];

    private static readonly string[] ScopesWithoutValues = ["BestEffort", "NotBestEffort", "NotTerminating", "Terminating"];
    private static readonly string[] ResourcesOfPods = ["cpu", "limits.cpu", "limits.memory", "memory", "pods", "requests.cpu", "requests.memory"];
    private static readonly (string, string)[] Opposites = [("BestEffort", "NotBestEffort"), ("NotTerminating", "Terminating")];

    public static readonly ValidationRule Quota = ForFields(
        ("spec.hard", CheckResource),
        ("spec.hard.*", NotNegative),
        ("spec", CheckScopes),
        ("spec", CheckScopeSelector));

    public static readonly ValidationRule LimitRange = ForFields(
        ("spec.limits", CheckDistinctTypes),
        ("spec.limits[*].type", Required),
        ("spec.limits[*].type", OneOf("Container", "PersistentVolumeClaim", "Pod")),
        ("spec.limits[*]", CheckPodLimit),
        ("spec.limits[*]", CheckStorageLimit),
        ("spec.limits[*]", CheckLimit));

    /// <summary>The scopes of a quota don't change.</summary>
    public static IEnumerable<FieldError> CheckUpdate(JsonObject json, JsonObject old) =>
        json.GetStrings("spec", "scopes").ToHashSet().SetEquals(old.GetStrings("spec", "scopes")) ? []
            : [FieldError.Invalid("spec.scopes", json.GetNode("spec", "scopes"), "field is immutable")];

    private static IEnumerable<FieldError> CheckResource(JsonNode? hard, string path) =>
        from resource in hard.GetStringMap()
        where !resource.Key.Contains('/', StringComparison.Ordinal) && !ResourceQuotaController.SupportedResources.Contains(resource.Key)
        select FieldError.Invalid($"{path}[{resource.Key}]", resource.Key, "must be a standard resource for quota");

    private static IEnumerable<FieldError> CheckScopes(JsonNode? spec, string path) =>
        CheckNames(spec, spec.GetStrings("scopes").ToList(), message => FieldError.Invalid($"{path}.scopes", spec!["scopes"], message));

    private static IEnumerable<FieldError> CheckNames(JsonNode? spec, List<string> names, Func<string, FieldError> toError)
    {
        foreach (var scope in names)
        {
            if (!Scopes.Contains(scope))
            {
                yield return toError(Unsupported);
                continue;
            }

            foreach (var resource in spec.GetStringMap("hard").Select(p => p.Key).Order(StringComparer.Ordinal).Where(r => !Fits(scope, r)))
            {
                yield return toError(NotForResource);
            }
        }

        foreach (var _ in Opposites.Where(pair => names.Contains(pair.Item1) && names.Contains(pair.Item2)))
        {
            yield return toError("conflicting scopes");
        }
    }

    /// <summary>Scopes select pods, and pods that request nothing are only counted.</summary>
    private static bool Fits(string scope, string resource) => !ResourceQuotaController.SupportedResources.Contains(resource)
        || (scope == "BestEffort" ? resource == "pods" : ResourcesOfPods.Contains(resource));

    private static IEnumerable<FieldError> CheckScopeSelector(JsonNode? spec, string path)
    {
        path = $"{path}.scopeSelector.matchExpressions";
        var requirements = spec.GetObjects("scopeSelector", "matchExpressions").ToList();
        var names = requirements.Select(r => r.GetString("scopeName") ?? "").ToList();
        return
        [
            .. CheckNames(spec, names, message => message == Unsupported
                ? FieldError.Invalid($"{path}.scopeName", names.First(n => !Scopes.Contains(n)), message)
                : FieldError.Invalid(path, spec!["scopeSelector"], message)),
            .. requirements.SelectMany(r => CheckRequirement(r, path)),
        ];
    }

    private static IEnumerable<FieldError> CheckRequirement(JsonObject requirement, string path)
    {
        var (scope, operation) = (requirement.GetString("scopeName"), requirement.GetString("operator") ?? "");
        if (ScopesWithoutValues.Contains(scope) && operation != "Exists")
        {
            yield return FieldError.Invalid($"{path}.operator", operation, "must be 'Exist' only operator when scope is any of ResourceQuotaScopeTerminating, "
                + "ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort and ResourceQuotaScopeNotBestEffort");
        }

        switch (operation, requirement.GetStrings("values").Count())
        {
            case ("In" or "NotIn", 0):
                yield return FieldError.Required($"{path}.values", "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
                break;
            case ("Exists" or "DoesNotExist", > 0):
                yield return FieldError.Invalid(
                    $"{path}.values", requirement["values"], "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
                break;
            case ("In" or "NotIn" or "Exists" or "DoesNotExist", _):
                break;
            default:
                yield return FieldError.Invalid($"{path}.operator", operation, "not a valid selector operator");
                break;
        }
    }

    private static IEnumerable<FieldError> CheckDistinctTypes(JsonNode? limits, string path) =>
        from item in limits.GetObjects().Select((limit, index) => (Type: limit.GetString("type") ?? "", Index: index))
        group item.Index by item.Type into same
        from later in same.Skip(1)
        select FieldError.Duplicate($"{path}[{later}].type", same.Key);

    private static IEnumerable<FieldError> CheckPodLimit(JsonNode? limit, string path) => limit.GetString("type") is not "Pod" ? []
        : from field in (string[])["default", "defaultRequest"]
          where limit!.GetNode(field) is not null
          select FieldError.Forbidden($"{path}.{field}", "may not be specified when `type` is 'Pod'");

    private static IEnumerable<FieldError> CheckStorageLimit(JsonNode? limit, string path) =>
        limit.GetString("type") is not "PersistentVolumeClaim" || (limit.GetNode("min", "storage") ?? limit.GetNode("max", "storage")) is not null ? []
            : [FieldError.Required($"{path}.limits", "either minimum or maximum storage value is required, but neither was provided")];

    /// <summary>Compares the bounds of each resource, in upstream's order. Which of the two values a message shows is upstream's too.</summary>
    private static IEnumerable<FieldError> CheckLimit(JsonNode? limit, string path)
    {
        return
        [
            .. Compare("min", "min", "max", "max", "min", isLowShown: true),
            .. Compare("min", "min", "defaultRequest", "default request", "defaultRequest", isLowShown: false),
            .. Compare("defaultRequest", "default request", "max", "max", "defaultRequest", isLowShown: true),
            .. Compare("defaultRequest", "default request", "default", "default limit", "defaultRequest", isLowShown: true),
            .. Compare("min", "min", "default", "default", "default", isLowShown: true),
            .. Compare("default", "default", "max", "max", "default", isLowShown: false),
            .. limit.GetStringMap("maxLimitRequestRatio").Where(ratio => PodResources.ParseQuantity(ratio.Value) < 1)
                .Select(ratio => FieldError.Invalid($"{path}.maxLimitRequestRatio[{ratio.Key}]", ratio.Value, $"ratio {ratio.Value} is less than 1")),
        ];

        IEnumerable<FieldError> Compare(string low, string lowName, string high, string highName, string field, bool isLowShown) =>
            from value in limit.GetStringMap(low)
            let most = limit.GetString(high, value.Key)
            where most is not null && PodResources.ParseQuantity(value.Value) > PodResources.ParseQuantity(most)
            select FieldError.Invalid($"{path}.{field}[{value.Key}]", isLowShown ? value.Value : most, $"{lowName} value {value.Value} is greater than {highName} value {most}");
    }
}
