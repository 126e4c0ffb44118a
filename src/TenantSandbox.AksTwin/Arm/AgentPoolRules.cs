using System.Text.RegularExpressions;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>What AKS makes of the body of a PUT, and the checks before it takes it, with its error codes.</summary>
internal static class AgentPoolRules
{
    public const int MaxPools = 100;
    private const int MaxNodesPerPool = 1000;
    private const string Taint = "^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?(=[A-Za-z0-9._-]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$";

    /// <summary>The properties of a PUT's body without nulls and read-only ones; or the error that AKS answers.</summary>
    public static JsonObject Read(JsonNode? body)
    {
        if (body is not JsonObject resource)
        {
            throw new ArmException(400, "InvalidRequestContent", "The request content could not be deserialized: it is no object.");
        }

        if (resource["properties"] is not JsonObject sent)
        {
            throw new ArmException(400, "InvalidParameter", "Required parameter properties is missing (null).", "properties");
        }

        var properties = new JsonObject();
        foreach (var (name, value) in sent)
        {
            if (!AgentPoolProperty.All.TryGetValue(name, out var property))
            {
                throw Unreadable(name, $"unknown field \"{name}\"");
            }
            // AKS takes an empty list of zones for none, and an empty version for its own.
            if (value is null || property.ReadOnly || (name, $"{value}") is ("availabilityZones", "[]") or ("orchestratorVersion", ""))
            {
                continue;
            }

            properties[name] = property.Read(value) ?? throw Unreadable(name, $"cannot read properties.{name}: {value.ToJsonString()}");
            if (property.Allowed?.Contains(properties.Text(name)) is false)
            {
                throw Invalid(name, $"is invalid: '{value}'. Allowed: {string.Join(", ", property.Allowed)}");
            }
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
            {
                result[property.Name] = value.DeepClone();
            }
        }

        // A minor version means its newest patch.
        var version = result.Text("orchestratorVersion")!;
        result["currentOrchestratorVersion"] = version.Count(c => c == '.') != 1 ? version
            : cluster.KubernetesVersion.StartsWith($"{version}.", StringComparison.Ordinal) ? cluster.KubernetesVersion
            : $"{version}.9";
        return result;
    }

    /// <summary>Throws the error that AKS answers; all checks that need no other pool.</summary>
    public static void Check(string name, JsonObject p, AgentPool? existing, TwinCluster cluster)
    {
        if (!Regex.IsMatch(name, "^[a-z][a-z0-9]{0,11}$"))
        {
            throw Invalid("name", "is invalid. Please see https://aka.ms/aks-naming-rules for more details");
        }

        var changed = existing is null ? [] : AgentPoolProperty.All.Keys.Where(q => !ArmApi.Same($"{p[q]}", $"{existing.Properties[q]}"));
        if (changed.FirstOrDefault(q => AgentPoolProperty.All[q].Immutable || (q == "osSKU" && IsKata(p))) is { } changedName)
        {
            throw new ArmException(400, "PropertyChangeNotAllowed", $"Changing property 'properties.{changedName}' is not allowed.");
        }

        if (p.Text("powerState", "code") != "Running")
        {
            throw Invalid("powerState", "is invalid: this twin's pools don't stop");
        }

        CheckCounts(p, p.Text("mode") == "System" ? 1 : 0);
        CheckMachines(name, p, cluster);
        if (p.Texts("nodeTaints").FirstOrDefault(t => !Regex.IsMatch(t, Taint)) is { } taint)
        {
            throw Invalid("nodeTaints", $"is invalid: '{taint}' is not key=value:effect");
        }

        var reserved = p.Pairs("nodeLabels").Where(l => Regex.IsMatch(l.Key, @"kubernetes\.(azure\.com|io)/", RegexOptions.IgnoreCase));
        if (reserved.FirstOrDefault().Key is { } label)
        {
            throw Invalid("nodeLabels", $"is invalid: '{label}' has a prefix that is reserved for system use");
        }
    }

    public static bool IsKata(JsonObject properties) => properties.Text("workloadRuntime") == "KataVmIsolation";

    private static void CheckCounts(JsonObject p, int least)
    {
        var scales = p.Flag("enableAutoScaling") is true;
        if (!scales && (p["minCount"] ?? p["maxCount"]) is not null)
        {
            throw Invalid("minCount", "and maxCount are only allowed while enableAutoScaling is true");
        }

        var bottom = scales ? CheckRange(p, "minCount", least, MaxNodesPerPool) : least;
        var top = scales ? CheckRange(p, "maxCount", Math.Max(1, bottom), MaxNodesPerPool) : MaxNodesPerPool;
        CheckRange(p, "count", bottom, top);
        CheckRange(p, "maxPods", 10, 250);
    }

    private static void CheckMachines(string name, JsonObject p, TwinCluster cluster)
    {
        var size = VmSize.Find(p.Text("vmSize")!) ?? throw new ArmException(
            400, "BadRequest", $"The VM size of {p["vmSize"]} is not allowed in your subscription in location '{cluster.Location}'.");
        if (size.VCpus < 2 || (p.Text("mode") == "System" && size.MemoryGiB < 4))
        {
            throw Invalid("vmSize", $"is invalid: {size.Name} is too small for an agent pool of mode {p["mode"]}");
        }

        if (p.Texts("availabilityZones").FirstOrDefault(z => z is not ("1" or "2" or "3")) is { } zone)
        {
            throw new ArmException(400, "AvailabilityZoneNotSupported", $"The zone(s) '{zone}' for resource '{name}' is not supported.");
        }

        var (version, plane) = (p.Text("orchestratorVersion"), Version.Parse(cluster.KubernetesVersion));
        if (!Version.TryParse(version, out var its) || its > plane || its < new Version(plane.Major, plane.Minor - 2))
        {
            throw new ArmException(400, "NodePoolMcVersionIncompatible", $"Node pool {version} and control plane {plane} don't fit.");
        }

        var misfit = !IsKata(p) ? null
            : !size.SupportsKata ? $"has to be used with vm size that supports nested virtualization; {size.Name} does not"
            : p.Text("osSKU") is not ("AzureLinux" or "CBLMariner") ? "has to be used with os sku AzureLinux"
            : p.Flag("enableFIPS") is true ? "cannot be used with FIPS"
            : p.Flag("artifactStreamingProfile", "enabled") is true ? "cannot be used with artifact streaming"
            : null;
        if (misfit is not null)
        {
            throw new ArmException(400, "InvalidWorkloadRuntimeSettingError", $"workloadRuntime KataVmIsolation {misfit}.");
        }
    }

    // The words are AKS's (kubernetes-sigs/cluster-api-provider-azure#5947).
    private static int CheckRange(JsonObject p, string name, int min, int max) =>
        (int?)p.Number(name) is { } value && value >= min && value <= max
            ? value
            : throw Invalid(name, $"was {p[name]}. It must be greater or equal to minCount:{min} and less than or equal to maxCount:{max}");

    private static ArmException Invalid(string name, string why) =>
        new(400, "InvalidParameter", $"agentPoolProfile.{name} {why}.", $"agentPoolProfile.{name}");

    private static ArmException Unreadable(string name, string why) =>
        new(400, "UnmarshalError", $"UnmarshalEntity encountered error: json: {why}.", $"properties.{name}");
}
