using static TenantSandbox.AksTwin.Kubernetes.ValidationRules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>PriorityClasses: those of every cluster, the rules for others, and which one a pod gets.</summary>
internal static class PriorityClassRules
{
    /// <summary>Kubernetes' HighestUserDefinablePriority.</summary>
    private const long HighestPriority = 1_000_000_000;
    private const string SystemPrefix = "system-";

    /// <summary>As Kubernetes defines them (<c>pkg/apis/scheduling/v1/helpers.go</c>).</summary>
    private static readonly Dictionary<string, (long Value, string Description)> System = new(StringComparer.Ordinal)
    {
        ["system-node-critical"] =
            (2 * HighestPriority + 1000, "Used for system critical pods that must not be moved from their current node."),
        ["system-cluster-critical"] = (2 * HighestPriority,
            "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary."),
    };

    public static readonly ValidationRule PriorityClass = ForFields(
        ("", CheckSystemNames),
        ("preemptionPolicy", OneOf("PreemptLowerPriority", "Never")));

    public static bool IsSystem(string name) => System.ContainsKey(name);

    /// <summary>Creates the missing classes that every cluster has.</summary>
    public static void Install(Cluster cluster)
    {
        foreach (var (name, (value, description)) in System)
        {
            if (cluster.Store.Find(Kinds.PriorityClasses, "", name) is null)
            {
                cluster.Registry.Create(Kinds.PriorityClasses, "", JsonTemplate.Fill($$"""
                    {"metadata":{"name":{{name}} },"value":{{value}},"description":{{description}} }
                    """));
            }
        }
    }

    /// <summary>The named class; without a name the global default with the lowest value; null if there is none.</summary>
    public static JsonObject? Find(ObjectStore store, string? name) => name is { Length: > 0 }
        ? store.Find(Kinds.PriorityClasses, "", name)?.Json
        : store.List(Kinds.PriorityClasses).Select(c => c.Json).Where(c => c.GetBoolean("globalDefault") is true)
            .MinBy(c => c.GetInteger("value") ?? 0);

    public static IEnumerable<FieldError> CheckUpdate(JsonObject json, JsonObject old)
    {
        if ((json.GetInteger("value") ?? 0) != (old.GetInteger("value") ?? 0))
        {
            yield return FieldError.Forbidden("value", "may not be changed in an update.");
        }

        if (json.GetString("preemptionPolicy") != old.GetString("preemptionPolicy"))
        {
            yield return FieldError.Invalid("preemptionPolicy", json["preemptionPolicy"], "field is immutable");
        }
    }

    private static IEnumerable<FieldError> CheckSystemNames(JsonNode? json, string path)
    {
        var (name, value) = (json.GetString("metadata", "name") ?? "", json.GetInteger("value") ?? 0);
        if (name.StartsWith(SystemPrefix, StringComparison.Ordinal))
        {
            if (!System.TryGetValue(name, out var known) || known.Value != value)
            {
                yield return FieldError.Forbidden(
                    "metadata.name", $"priority class names with '{SystemPrefix}' prefix are reserved for system use only");
            }
        }
        else if (value > HighestPriority)
        {
            yield return FieldError.Forbidden("value", $"maximum allowed value of a user defined priority is {HighestPriority}");
        }
    }
}
