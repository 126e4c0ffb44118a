using System.Text.RegularExpressions;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>Validates the properties of an agent pool as AKS does, with its error codes.</summary>
internal static class AgentPoolValidation
{
    public const int MaxPools = 100;
    private const int MaxNodesPerPool = 1000;
    private const string TaintPattern =
        "^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?(=[A-Za-z0-9._-]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$";

    /// <summary>Checks everything that doesn't depend on other pools.</summary>
    /// <exception cref="ArmException">400, with AKS's code for the first violation.</exception>
    public static void Validate(string name, JsonObject properties, AgentPool? existing, TwinCluster cluster)
    {
        if (!Regex.IsMatch(name, "^[a-z][a-z0-9]{0,11}$"))
        {
            throw ArmException.InvalidPoolProperty("name", "is invalid. Please see https://aka.ms/aks-naming-rules for more details");
        }

        if (existing is not null && FindImmutableChange(properties, existing.Properties) is { } changed)
        {
            throw new ArmException(400, "PropertyChangeNotAllowed", $"Changing property 'properties.{changed}' is not allowed.");
        }

        if (properties.GetString("powerState", "code") != "Running")
        {
            throw ArmException.InvalidPoolProperty("powerState", "is invalid: this twin's pools don't stop");
        }

        ValidateCounts(properties, properties.GetString("mode") == "System" ? 1 : 0);
        ValidateNodes(name, properties, cluster);
        if (properties.GetStrings("nodeTaints").FirstOrDefault(t => !Regex.IsMatch(t, TaintPattern)) is { } taint)
        {
            throw ArmException.InvalidPoolProperty("nodeTaints", $"is invalid: '{taint}' is not key=value:effect");
        }

        var labels = properties.GetStringMap("nodeLabels").Select(l => l.Key);
        if (labels.FirstOrDefault(l => Regex.IsMatch(l, @"kubernetes\.(azure\.com|io)/", RegexOptions.IgnoreCase)) is { } label)
        {
            throw ArmException.InvalidPoolProperty("nodeLabels", $"is invalid: '{label}' has a prefix that is reserved for system use");
        }
    }

    private static string? FindImmutableChange(JsonObject properties, JsonObject existing) => AgentPoolProperty.All.Values
        .Where(p => p.IsImmutable || (p.Name == "osSKU" && AgentPool.IsKata(properties)))
        .Select(p => p.Name)
        .FirstOrDefault(name => !ArmApi.EqualsIgnoreCase($"{properties[name]}", $"{existing[name]}"));

    /// <param name="minimum">The fewest nodes that the pool's mode allows.</param>
    private static void ValidateCounts(JsonObject properties, int minimum)
    {
        var isAutoscaled = properties.GetBoolean("enableAutoScaling") is true;
        if (!isAutoscaled && (properties["minCount"] ?? properties["maxCount"]) is not null)
        {
            throw ArmException.InvalidPoolProperty("minCount", "and maxCount are only allowed while enableAutoScaling is true");
        }

        var min = isAutoscaled ? ValidateRange(properties, "minCount", minimum, MaxNodesPerPool) : minimum;
        var max = isAutoscaled ? ValidateRange(properties, "maxCount", Math.Max(1, min), MaxNodesPerPool) : MaxNodesPerPool;
        ValidateRange(properties, "count", min, max);
        ValidateRange(properties, "maxPods", 10, 250);
    }

    private static void ValidateNodes(string name, JsonObject properties, TwinCluster cluster)
    {
        var size = VmSize.Find(properties.GetString("vmSize")!) ?? throw new ArmException(
            400,
            "BadRequest",
            $"The VM size of {properties["vmSize"]} is not allowed in your subscription in location '{cluster.Location}'.");
        if (size.VCpus < 2 || (properties.GetString("mode") == "System" && size.MemoryGiB < 4))
        {
            throw ArmException.InvalidPoolProperty(
                "vmSize", $"is invalid: {size.Name} is too small for an agent pool of mode {properties["mode"]}");
        }

        if (properties.GetStrings("availabilityZones").FirstOrDefault(z => z is not ("1" or "2" or "3")) is { } zone)
        {
            throw new ArmException(400, "AvailabilityZoneNotSupported", $"The zone(s) '{zone}' for resource '{name}' is not supported.");
        }

        var (version, controlPlane) = (properties.GetString("orchestratorVersion"), Version.Parse(cluster.KubernetesVersion));
        var oldest = new Version(controlPlane.Major, controlPlane.Minor - 2);
        if (!Version.TryParse(version, out var parsed) || parsed > controlPlane || parsed < oldest)
        {
            throw new ArmException(
                400, "NodePoolMcVersionIncompatible", $"Node pool {version} and control plane {controlPlane} don't fit.");
        }

        var kataConflict = !AgentPool.IsKata(properties) ? null
            : !size.SupportsKata ? $"has to be used with vm size that supports nested virtualization; {size.Name} does not"
            : properties.GetString("osSKU") is not ("AzureLinux" or "CBLMariner") ? "has to be used with os sku AzureLinux"
            : properties.GetBoolean("enableFIPS") is true ? "cannot be used with FIPS"
            : properties.GetBoolean("artifactStreamingProfile", "enabled") is true ? "cannot be used with artifact streaming"
            : null;
        if (kataConflict is not null)
        {
            throw new ArmException(400, "InvalidWorkloadRuntimeSettingError", $"workloadRuntime KataVmIsolation {kataConflict}.");
        }
    }

    // Message as AKS returns it (kubernetes-sigs/cluster-api-provider-azure#5947).
    private static int ValidateRange(JsonObject properties, string name, int min, int max) =>
        (int?)properties.GetInteger(name) is { } value && value >= min && value <= max
            ? value
            : throw ArmException.InvalidPoolProperty(
                name, $"was {properties[name]}. It must be greater or equal to minCount:{min} and less than or equal to maxCount:{max}");
}
