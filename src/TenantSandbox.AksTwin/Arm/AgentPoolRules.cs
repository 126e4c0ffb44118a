using System.Text.RegularExpressions;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>What AKS makes of the body of a PUT, and the checks before it takes it, with its error codes.</summary>
internal static partial class AgentPoolRules
{
    public const int MaxPools = 100;
    private const int MaxNodesPerPool = 1000;

    /// <summary>The properties of a PUT's body without nulls and read-only ones; or the error that AKS answers.</summary>
    public static JsonObject Read(JsonNode? body)
    {
        if (body is not JsonObject resource)
            throw new ArmException("InvalidRequestContent", "The request content was invalid and could not be deserialized: an object is expected.");
        if (resource["properties"] is not JsonObject sent)
            throw new ArmException("InvalidParameter", "Required parameter properties is missing (null).", "properties");
        var properties = new JsonObject();
        foreach (var (name, value) in sent)
        {
            if (!AgentPoolProperty.All.TryGetValue(name, out var property))
                throw Unreadable(name, $"unknown field \"{name}\"");
            // AKS takes an empty list of zones for none, and an empty version for its own.
            if (value is null || property.ReadOnly || (name, value.ToString()) is ("availabilityZones", "[]") or ("orchestratorVersion", ""))
                continue;
            properties[name] = property.Read(value) ?? throw Unreadable(name, $"cannot read properties.{name}: {value.ToJsonString()}");
            if (property.Allowed?.Contains(properties.Text(name)) is false)
                throw Invalid(name, $"is invalid: '{value}'. Allowed: {string.Join(", ", property.Allowed)}");
        }

        return properties;
    }

    /// <summary>The full properties of the pool after this PUT: what was sent, over what was there, over AKS's defaults.</summary>
    public static JsonObject Complete(JsonObject sent, AgentPool? existing, TwinCluster cluster)
    {
        var result = new JsonObject { ["orchestratorVersion"] = cluster.KubernetesVersion };
        foreach (var property in AgentPoolProperty.All.Values)
        {
            if ((sent[property.Name] ?? (property.IsKept ? existing?.Properties[property.Name] : null) ?? property.Default) is { } value)
                result[property.Name] = value.DeepClone();
        }

        // A minor version means its newest patch.
        if (sent.Text("orchestratorVersion") is { } version && version.Count(c => c == '.') == 1)
            result["orchestratorVersion"] = $"{cluster.KubernetesVersion}.".StartsWith($"{version}.", StringComparison.Ordinal) ? cluster.KubernetesVersion : $"{version}.9";
        result["currentOrchestratorVersion"] = result.Text("orchestratorVersion");
        return result;
    }

    /// <summary>Throws the error that AKS answers; all checks that need no other pool.</summary>
    public static void Check(string name, JsonObject p, AgentPool? existing, TwinCluster cluster)
    {
        if (!PoolName().IsMatch(name))
            throw Invalid("name", "is invalid. Please see https://aka.ms/aks-naming-rules for more details");
        foreach (var (fixedName, _) in existing is null ? [] : AgentPoolProperty.All.Where(q => q.Value.Immutable || (q.Key == "osSKU" && IsKata(p))))
        {
            if (!string.Equals($"{p[fixedName]}", $"{existing!.Properties[fixedName]}", StringComparison.OrdinalIgnoreCase))
                throw new ArmException("PropertyChangeNotAllowed", $"Changing property 'properties.{fixedName}' is not allowed.", $"properties.{fixedName}");
        }

        if (p.Text("powerState", "code") != "Running")
            throw Invalid("powerState", "is invalid: this twin's pools don't stop");
        CheckCounts(p, p.Text("mode") == "System" ? 1 : 0);
        CheckMachines(name, p, cluster);
        if (p.Texts("nodeTaints").FirstOrDefault(t => !Taint().IsMatch(t)) is { } taint)
            throw Invalid("nodeTaints", $"is invalid: '{taint}' is not key=value:effect");
        if (p.Pairs("nodeLabels").Select(l => l.Key).FirstOrDefault(ReservedLabel().IsMatch) is { } label)
            throw Invalid("nodeLabels", $"is invalid: '{label}' has a prefix that is reserved for system use");
    }

    public static bool IsKata(JsonObject properties) => properties.Text("workloadRuntime") == "KataVmIsolation";

    private static void CheckCounts(JsonObject p, int least)
    {
        var (bottom, top) = (least, MaxNodesPerPool);
        if ((p["minCount"] ?? p["maxCount"]) is not null && p.Flag("enableAutoScaling") is not true)
            throw Invalid("minCount", "and maxCount are only allowed while enableAutoScaling is true");
        if (p.Flag("enableAutoScaling") is true)
        {
            (bottom, top) = (CheckRange(p, "minCount", least, MaxNodesPerPool), CheckRange(p, "maxCount", 1, MaxNodesPerPool));
            if (bottom > top)
                throw Invalid("minCount", $"({bottom}) must be less than or equal to agentPoolProfile.maxCount ({top})");
        }

        CheckRange(p, "count", bottom, top);
        CheckRange(p, "maxPods", 10, 250);
    }

    private static void CheckMachines(string name, JsonObject p, TwinCluster cluster)
    {
        var size = VmSize.Find(p.Text("vmSize")!) ?? throw new ArmException(
            "BadRequest", $"The VM size of {p["vmSize"]} is not allowed in your subscription in location '{cluster.Location}'.", "properties.vmSize");
        if (size.VCpus < 2 || (p.Text("mode") == "System" && size.MemoryGiB < 4))
            throw Invalid("vmSize", $"is invalid: {size.Name} is too small for an agent pool of mode {p["mode"]}");
        if (p.Texts("availabilityZones").FirstOrDefault(z => z is not ("1" or "2" or "3")) is { } zone)
            throw new ArmException("AvailabilityZoneNotSupported", $"The zone(s) '{zone}' for resource '{name}' is not supported.", "properties.availabilityZones");
        var plane = Version.Parse(cluster.KubernetesVersion);
        if (!Version.TryParse(p.Text("orchestratorVersion"), out var version) || version > plane || version < new Version(plane.Major, plane.Minor - 2))
            throw new ArmException("NodePoolMcVersionIncompatible", $"Node pool version {p["orchestratorVersion"]} and control plane version {plane} are incompatible.");
        var misfit = !IsKata(p) ? null
            : !size.SupportsKata ? $"has to be used with vm size that supports nested virtualization; {size.Name} does not"
            : p.Text("osSKU") is not ("AzureLinux" or "CBLMariner") ? "has to be used with os sku AzureLinux"
            : p.Flag("enableFIPS") is true ? "cannot be used with FIPS"
            : p.Flag("artifactStreamingProfile", "enabled") is true ? "cannot be used with artifact streaming"
            : null;
        if (misfit is not null)
            throw new ArmException("InvalidWorkloadRuntimeSettingError", $"workloadRuntime KataVmIsolation {misfit}.", "properties.workloadRuntime");
    }

    // The words are AKS's (kubernetes-sigs/cluster-api-provider-azure#5947).
    private static int CheckRange(JsonObject p, string name, int least, int most) =>
        (int?)p.Number(name) is { } value && value >= least && value <= most
            ? value
            : throw Invalid(name, $"was {p[name] ?? "null"}. It must be greater or equal to minCount:{least} and less than or equal to maxCount:{most}");

    private static ArmException Invalid(string name, string why) => new("InvalidParameter", $"agentPoolProfile.{name} {why}.", $"agentPoolProfile.{name}");

    private static ArmException Unreadable(string name, string why) =>
        new("UnmarshalError", $"UnmarshalEntity encountered error: json: {why}.", $"properties.{name}");

    [GeneratedRegex("^[a-z][a-z0-9]{0,11}$")]
    private static partial Regex PoolName();

    [GeneratedRegex("^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?(=[A-Za-z0-9._-]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$")]
    private static partial Regex Taint();

    [GeneratedRegex(@"kubernetes\.(azure\.com|io)/", RegexOptions.IgnoreCase)]
    private static partial Regex ReservedLabel();
}
