using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>The checks that AKS makes before it takes a PUT, with its error codes.</summary>
internal static partial class AgentPoolRules
{
    public const int MaxPools = 100;
    public const int MaxNodesPerPool = 1000;

    private static readonly string[] Immutable =
    [
        "vmSize", "osType", "maxPods", "availabilityZones", "vnetSubnetID", "podSubnetID", "osDiskType", "osDiskSizeGB",
        "scaleSetPriority", "workloadRuntime", "type", "enableFIPS", "enableEncryptionAtHost", "kubeletDiskType",
    ];

    /// <summary>The full properties of the pool after this PUT: what was sent, over what was there, over AKS's defaults.</summary>
    public static JsonObject Complete(JsonObject sent, AgentPool? existing, TwinCluster cluster)
    {
        var result = new JsonObject
        {
            ["count"] = 1,
            ["vmSize"] = "Standard_D4s_v5",
            ["osType"] = "Linux",
            ["osSKU"] = "AzureLinux",
            ["osDiskType"] = "Managed",
            ["osDiskSizeGB"] = 128,
            ["maxPods"] = 250,
            ["type"] = "VirtualMachineScaleSets",
            ["mode"] = "User",
            ["enableAutoScaling"] = false,
            ["scaleDownMode"] = "Delete",
            ["workloadRuntime"] = "OCIContainer",
            ["orchestratorVersion"] = cluster.KubernetesVersion,
            ["powerState"] = new JsonObject { ["code"] = "Running" },
            ["upgradeSettings"] = new JsonObject { ["maxSurge"] = "10%", ["maxUnavailable"] = "0" },
            ["enableFIPS"] = false,
        };
        // A PUT replaces, but AKS keeps what it was not told where leaving it out couldn't mean anything else.
        foreach (var name in existing is null ? [] : Immutable.Append("count").Append("orchestratorVersion").Append("osSKU"))
        {
            if (existing!.Properties[name] is { } kept)
                result[name] = kept.DeepClone();
        }

        foreach (var (name, value) in sent)
            result[name] = value!.DeepClone();
        if (sent["orchestratorVersion"]?.GetValue<string>() is { } version && version.Count(c => c == '.') == 1)
            result["orchestratorVersion"] = cluster.KubernetesVersion.StartsWith(version + ".", StringComparison.Ordinal) ? cluster.KubernetesVersion : version + ".9";
        return result;
    }

    /// <summary>Throws the error that AKS answers; all checks that need no other pool.</summary>
    public static void Check(string name, JsonObject p, AgentPool? existing, TwinCluster cluster, string apiVersion)
    {
        if (!PoolName().IsMatch(name))
            throw ArmException.Invalid("The value of parameter agentPoolProfile.name is invalid. Please see https://aka.ms/aks-naming-rules for more details: lowercase letters and digits, a letter first, at most 12.", "agentPoolProfile.name");
        CheckImmutable(p, existing);
        var mode = OneOf(p, "mode", "User", "System", "Gateway");
        OneOf(p, "osType", "Linux", "Windows");
        OneOf(p, "type", "VirtualMachineScaleSets", "VirtualMachines", "AvailabilitySet");
        OneOf(p, "osSKU", "AzureLinux", "AzureLinux3", "AzureContainerLinux", "Ubuntu", "Ubuntu2204", "Ubuntu2404", "CBLMariner", "Mariner");
        OneOf(p, "scaleDownMode", "Delete", "Deallocate");
        var power = OneOf((JsonObject)p["powerState"]!, "code", "Running", "Stopped");
        if (power == "Stopped" && (mode == "System" || existing is null or { State: not "Succeeded" }))
            throw ArmException.Invalid("Only a running user agent pool that is in Succeeded state can be stopped.", "properties.powerState");

        CheckCounts(p, mode);
        CheckRange(p, "maxPods", 10, 250);
        var size = VmSizes.Find(p["vmSize"]!.GetValue<string>()) ?? throw new ArmException(
            400,
            "BadRequest",
            $"The VM size of {p["vmSize"]} is not allowed in your subscription in location '{cluster.Location}'. The available VM sizes are {string.Join(',', VmSizes.All.Keys.Take(12))},...",
            "properties.vmSize");
        if (size.VCpus < 2 || (mode == "System" && size.MemoryGiB < 4))
            throw ArmException.Invalid($"VM size {size.Name} is too small for an agent pool of mode {mode}.", "properties.vmSize");
        CheckRuntime(p, size, apiVersion);
        CheckVersion(p, cluster);
        foreach (var zone in Texts(p, "availabilityZones").Where(z => z is not ("1" or "2" or "3")))
            throw new ArmException(400, "AvailabilityZoneNotSupported", $"The zone(s) '{zone}' for resource '{name}' is not supported. The supported zones for location '{cluster.Location}' are '1,2,3'.");
        foreach (var taint in Texts(p, "nodeTaints").Where(t => !Taint().IsMatch(t)))
            throw ArmException.Invalid($"The value of parameter agentPoolProfile.nodeTaints is invalid: '{taint}' is not key=value:effect.", "agentPoolProfile.nodeTaints");
        foreach (var (key, _) in p["nodeLabels"] as JsonObject ?? [])
        {
            if (key.Contains("kubernetes.azure.com/", StringComparison.OrdinalIgnoreCase) || key.Contains("kubernetes.io/", StringComparison.OrdinalIgnoreCase))
                throw ArmException.Invalid($"Label '{key}' has a prefix that is reserved for system use.", "agentPoolProfile.nodeLabels");
        }
    }

    private static void CheckImmutable(JsonObject p, AgentPool? existing)
    {
        foreach (var name in existing is null ? [] : Immutable)
        {
            if (!JsonNode.DeepEquals(p[name], existing!.Properties[name]) && !SameText(p[name], existing.Properties[name]))
                throw new ArmException(400, "PropertyChangeNotAllowed", $"Changing property 'properties.{name}' is not allowed.", $"properties.{name}");
        }

        if (existing is not null && NodeImages.IsKata(existing) && !SameText(p["osSKU"], existing.Properties["osSKU"]))
            throw new ArmException(400, "PropertyChangeNotAllowed", "Changing property 'properties.osSKU' is not allowed with Pod Sandboxing.", "properties.osSKU");
    }

    private static void CheckCounts(JsonObject p, string mode)
    {
        var least = mode == "System" ? 1 : 0;
        var count = p["count"]!.GetValue<int>();
        if (p["enableAutoScaling"]!.GetValue<bool>())
        {
            if (p["minCount"] is null || p["maxCount"] is null)
                throw ArmException.Invalid("Required parameter properties.minCount or properties.maxCount is missing (null) while enableAutoScaling is true.", "agentPoolProfile.minCount");
            var (min, max) = (CheckRange(p, "minCount", least, MaxNodesPerPool), CheckRange(p, "maxCount", Math.Max(1, least), MaxNodesPerPool));
            if (min > max)
                throw ArmException.Invalid($"agentPoolProfile.minCount ({min}) must be less than or equal to agentPoolProfile.maxCount ({max}).", "agentPoolProfile.minCount");
            if (count < min || count > max)
                throw ArmException.Invalid($"agentPoolProfile.count was {count}. It must be greater or equal to minCount:{min} and less than or equal to maxCount:{max}.", "agentPoolProfile.count");
        }
        else if (p["minCount"] is not null || p["maxCount"] is not null)
        {
            throw ArmException.Invalid("properties.minCount and properties.maxCount are only allowed while enableAutoScaling is true.", "agentPoolProfile.minCount");
        }

        if (count < least || count > MaxNodesPerPool)
            throw ArmException.Invalid($"agentPoolProfile.count was {count}. It must be greater or equal to minCount:{least} and less than or equal to maxCount:{MaxNodesPerPool}.", "agentPoolProfile.count");
    }

    private static void CheckRuntime(JsonObject p, VmSize size, string apiVersion)
    {
        var preview = apiVersion.EndsWith("-preview", StringComparison.Ordinal);
        var runtime = OneOf(p, "workloadRuntime", preview ? ["OCIContainer", "KataVmIsolation", "KataMshvVmIsolation"] : ["OCIContainer", "KataVmIsolation"]);
        if (runtime == "OCIContainer")
            return;
        if (!size.SupportsKata)
            throw new ArmException(400, "InvalidWorkloadRuntimeSettingError", $"workloadRuntime {runtime} has to be used with vm size that supports nested virtualization; {size.Name} does not.", "properties.workloadRuntime");
        if (p["osSKU"]!.GetValue<string>() is not ("AzureLinux" or "CBLMariner" or "Mariner"))
            throw new ArmException(400, "InvalidWorkloadRuntimeSettingError", $"workloadRuntime {runtime} has to be used with os sku AzureLinux.", "properties.workloadRuntime");
        if (p["enableFIPS"]!.GetValue<bool>() || p["artifactStreamingProfile"]?["enabled"]?.GetValue<bool>() == true)
            throw new ArmException(400, "InvalidWorkloadRuntimeSettingError", $"workloadRuntime {runtime} cannot be used with FIPS or artifact streaming.", "properties.workloadRuntime");
    }

    private static void CheckVersion(JsonObject p, TwinCluster cluster)
    {
        var text = p["orchestratorVersion"]!.GetValue<string>();
        var plane = Version.Parse(cluster.KubernetesVersion);
        if (!Version.TryParse(text, out var version) || version.Major != plane.Major || version > plane || plane.Minor - version.Minor > 2)
            throw new ArmException(400, "NodePoolMcVersionIncompatible", $"Node pool version {text} and control plane version {cluster.KubernetesVersion} are incompatible. A node pool is at most two minor versions behind and never ahead.", "properties.orchestratorVersion");
    }

    private static string OneOf(JsonObject p, string name, params string[] allowed)
    {
        var value = p[name]!.GetValue<string>();
        return allowed.Contains(value, StringComparer.OrdinalIgnoreCase)
            ? value
            : throw ArmException.Invalid($"The value of parameter properties.{name} is invalid: '{value}'. Allowed: {string.Join(", ", allowed)}.", $"properties.{name}");
    }

    private static int CheckRange(JsonObject p, string name, int least, int most)
    {
        var value = p[name]!.GetValue<int>();
        return value >= least && value <= most
            ? value
            : throw ArmException.Invalid($"The value of parameter agentPoolProfile.{name} is invalid: {value} is not in {least}..{most}.", $"agentPoolProfile.{name}");
    }

    private static IEnumerable<string> Texts(JsonObject p, string name) => (p[name] as JsonArray ?? []).Select(v => v!.GetValue<string>());

    private static bool SameText(JsonNode? left, JsonNode? right) =>
        string.Equals(left?.ToString(), right?.ToString(), StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("^[a-z][a-z0-9]{0,11}$")]
    private static partial Regex PoolName();

    [GeneratedRegex("^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?(=[A-Za-z0-9._-]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$")]
    private static partial Regex Taint();
}
