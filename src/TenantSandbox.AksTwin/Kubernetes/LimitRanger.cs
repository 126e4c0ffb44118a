namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The LimitRanger admission plugin. Limits of whole pods aren't enforced.</summary>
internal sealed class LimitRanger(ObjectStore store)
{
    /// <summary>Fills in the default limits and requests of containers.</summary>
    public void ApplyDefaults(string ns, JsonObject spec)
    {
        foreach (var limit in LimitsOf(ns, "Container"))
        {
            var fields = JsonTemplate.Fill($$$"""
                {"resources":{"limits":{{{limit["default"]}}},"requests":{{{limit["defaultRequest"]}}} } }
                """);
            foreach (var container in Containers(spec))
            {
                DefaultRules.Fill(container, fields);
            }
        }
    }

    /// <exception cref="StatusException">403: a container violates a minimum, maximum or ratio.</exception>
    public void Validate(string ns, string pod, JsonObject? spec)
    {
        var violations = (
            from limit in LimitsOf(ns, "Container")
            from container in Containers(spec)
            from violation in FindViolations(limit, PodResources.OfContainer(container).Amounts)
            select violation).OfType<string>().Distinct().ToList();
        Reject(Kinds.Pods, pod, violations);
    }

    /// <exception cref="StatusException">403: a claim violates a minimum or maximum.</exception>
    public void ValidateClaim(string ns, string claim, JsonObject? spec)
    {
        const string Type = "PersistentVolumeClaim";
        var storage = PodResources.ParseQuantities(spec.GetObject("resources", "requests"))
            .ToDictionary(r => $"requests.{r.Key}", r => r.Value);
        Reject(Kinds.PersistentVolumeClaims, claim, LimitsOf(ns, Type).SelectMany(limit => (IEnumerable<string?>)
        [
            .. limit.GetStringMap("min").Select(min => BoundViolation(min, "minimum", "request", -1, storage, Type)),
            .. limit.GetStringMap("max").Select(max => BoundViolation(max, "maximum", "request", 1, storage, Type)),
        ]).OfType<string>().ToList());
    }

    private static void Reject(ResourceKind kind, string name, List<string> violations)
    {
        if (violations.Count > 0)
        {
            var reason = violations.Count == 1 ? violations[0] : $"[{string.Join(", ", violations)}]";
            throw StatusException.Forbidden(kind, name, reason);
        }
    }

    private static IEnumerable<JsonObject> Containers(JsonObject? spec) =>
        spec.GetObjects("containers").Concat(spec.GetObjects("initContainers"));

    private IEnumerable<JsonObject> LimitsOf(string ns, string type) =>
        store.List(Kinds.LimitRanges, ns)
            .SelectMany(l => l.Json.GetObjects("spec", "limits"))
            .Where(l => l.GetString("type") == type);

    /// <summary>Requests above their limit are already rejected, so a minimum applies to the request and a maximum to the limit.</summary>
    private static IEnumerable<string?> FindViolations(JsonObject limit, Dictionary<string, decimal> container) =>
    [
        .. limit.GetStringMap("min").Select(min => BoundViolation(min, "minimum", "request", -1, container)),
        .. limit.GetStringMap("max").Select(max => BoundViolation(max, "maximum", "limit", 1, container)),
        .. limit.GetStringMap("maxLimitRequestRatio").Select(maxRatio => RatioViolation(maxRatio, container)),
    ];

    /// <param name="violationSign">Sign of (value - bound) for a violation.</param>
    private static string? BoundViolation(
        KeyValuePair<string, string> bound, string boundName, string side, int violationSign, Dictionary<string, decimal> container,
        string type = "Container")
    {
        var rule = $"{boundName} {bound.Key} usage per {type} is {bound.Value}";
        if (!container.TryGetValue($"{side}s.{bound.Key}", out var value))
        {
            return $"{rule}.  No {side} is specified";
        }

        var isViolated = Math.Sign(value - PodResources.ParseQuantity(bound.Value)) == violationSign;
        return isViolated ? $"{rule}, but {side} is {PodResources.Format(bound.Key, value)}" : null;
    }

    private static string? RatioViolation(KeyValuePair<string, string> maxRatio, Dictionary<string, decimal> container)
    {
        var rule = $"{maxRatio.Key} max limit to request ratio per Container is {maxRatio.Value}, but";
        var request = container.GetValueOrDefault($"requests.{maxRatio.Key}");
        var limit = container.GetValueOrDefault($"limits.{maxRatio.Key}");
        if (request == 0 || limit == 0)
        {
            return request == 0 ? $"{rule} no request is specified or request is 0" : $"{rule} no limit is specified or limit is 0";
        }

        var ratio = limit / request;
        return ratio > PodResources.ParseQuantity(maxRatio.Value)
            ? FormattableString.Invariant($"{rule} provided ratio is {ratio:F6}")
            : null;
    }
}
