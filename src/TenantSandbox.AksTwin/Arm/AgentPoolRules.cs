using System.Text.Json.Nodes;
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
            throw ArmException.Invalid("Required parameter properties is missing (null).", "properties");
        var properties = new JsonObject();
        foreach (var (name, value) in sent)
        {
            if (!AgentPoolProperty.All.TryGetValue(name, out var property))
                throw Unreadable($"unknown field \"{name}\"", name);
            // AKS takes an empty list of zones for none, and an empty version for its own.
            if (value is null || property.ReadOnly || (name, value.ToString()) is ("availabilityZones", "[]") or ("orchestratorVersion", ""))
                continue;
            properties[name] = property.Read(value) ?? throw Unreadable($"cannot read properties.{name}: {value.ToJsonString()}", name);
            if (property.Allowed?.Contains(properties.Text(name)) is false)
                throw NotAllowed(properties, name, property.Allowed);
        }

        return properties;
    }

    /// <summary>The full properties of the pool after this PUT: what was sent, over what was there, over AKS's defaults.</summary>
    public static JsonObject Complete(JsonObject sent, AgentPool? existing, TwinCluster cluster)
    {
        var result = new JsonObject { ["orchestratorVersion"] = cluster.KubernetesVersion };
        foreach (var property in AgentPoolProperty.All.Values)
        {
            var value = sent[property.Name] ?? (property.Kept ? existing?.Properties[property.Name] : null) ?? property.Default;
            if (value is not null)
                result[property.Name] = value.DeepClone();
        }

        // A minor version means its newest patch.
        if (sent.Text("orchestratorVersion") is { } version && version.Count(c => c == '.') == 1)
            result["orchestratorVersion"] = cluster.KubernetesVersion.StartsWith($"{version}.", StringComparison.Ordinal) ? cluster.KubernetesVersion : $"{version}.9";
        result["currentOrchestratorVersion"] = result.Text("orchestratorVersion");
        return result;
    }

    /// <summary>Throws the error that AKS answers; all checks that need no other pool.</summary>
    public static void Check(string name, JsonObject p, AgentPool? existing, TwinCluster cluster, string apiVersion)
    {
        if (!PoolName().IsMatch(name))
        {
            throw Invalid(
                "name", "is invalid. Please see https://aka.ms/aks-naming-rules for more details: lowercase letters and digits, a letter first, at most 12");
        }

        var changed = existing is null ? null : AgentPoolProperty.All.Values.FirstOrDefault(q =>
            (q.Immutable || (q.Name == "osSKU" && IsKata(p))) && !string.Equals($"{p[q.Name]}", $"{existing.Properties[q.Name]}", StringComparison.OrdinalIgnoreCase));
        if (changed is not null)
            throw new ArmException("PropertyChangeNotAllowed", $"Changing property 'properties.{changed.Name}' is not allowed.", $"properties.{changed.Name}");
        var system = p.Text("mode") == "System";
        if (p.Text("powerState", "code") is not ("Running" or "Stopped"))
            throw NotAllowed((JsonObject)p["powerState"]!, "code", ["Running", "Stopped"]);
        if (p.Text("powerState", "code") == "Stopped" && (system || existing is not { State: "Succeeded" }))
            throw ArmException.Invalid("Only a running user agent pool that is in Succeeded state can be stopped.", "properties.powerState");
        CheckCounts(p, system ? 1 : 0);
        CheckMachines(name, p, system, cluster);
        if (IsKata(p))
            CheckKata(p, apiVersion);
        foreach (var taint in p.Texts("nodeTaints").Where(t => !Taint().IsMatch(t)))
            throw Invalid("nodeTaints", $"is invalid: '{taint}' is not key=value:effect");
        if (p.Pairs("nodeLabels").FirstOrDefault(l => ReservedLabel().IsMatch(l.Key)) is { Key: { } reserved })
            throw Invalid("nodeLabels", $"is invalid: label '{reserved}' has a prefix that is reserved for system use");
    }

    public static bool IsKata(JsonObject properties) => properties.Text("workloadRuntime") is not "OCIContainer";

    private static void CheckCounts(JsonObject p, int least)
    {
        var (bottom, top) = (least, MaxNodesPerPool);
        if (p.Flag("enableAutoScaling") is true)
        {
            if (p["minCount"] is null || p["maxCount"] is null)
                throw Invalid("minCount", "or maxCount is missing (null) while enableAutoScaling is true");
            (bottom, top) = (CheckRange(p, "minCount", least, MaxNodesPerPool), CheckRange(p, "maxCount", 1, MaxNodesPerPool));
            if (bottom > top)
                throw Invalid("minCount", $"({bottom}) must be less than or equal to agentPoolProfile.maxCount ({top})");
        }
        else if (p["minCount"] is not null || p["maxCount"] is not null)
        {
            throw Invalid("minCount", "and maxCount are only allowed while enableAutoScaling is true");
        }

        CheckRange(p, "count", bottom, top);
        CheckRange(p, "maxPods", 10, 250);
    }

    private static void CheckMachines(string name, JsonObject p, bool system, TwinCluster cluster)
    {
        var size = VmSize.Find(p.Text("vmSize")!) ?? throw new ArmException(
            "BadRequest",
            $"The VM size of {p["vmSize"]} is not allowed in your subscription in location '{cluster.Location}'. "
            + $"The available VM sizes are {string.Join(',', VmSize.Names.Take(12))},...",
            "properties.vmSize");
        if (size.VCpus < 2 || (system && size.MemoryGiB < 4))
            throw ArmException.Invalid($"VM size {size.Name} is too small for an agent pool of mode {p["mode"]}.", "properties.vmSize");
        if (p.Texts("availabilityZones").FirstOrDefault(z => z is not ("1" or "2" or "3")) is { } zone)
        {
            throw new ArmException(
                "AvailabilityZoneNotSupported",
                $"The zone(s) '{zone}' for resource '{name}' is not supported. The supported zones for location '{cluster.Location}' are '1,2,3'.");
        }

        var plane = Version.Parse(cluster.KubernetesVersion);
        if (!Version.TryParse(p.Text("orchestratorVersion"), out var version) || version > plane || version < new Version(plane.Major, plane.Minor - 2))
        {
            throw new ArmException(
                "NodePoolMcVersionIncompatible",
                $"Node pool version {p["orchestratorVersion"]} and control plane version {plane} are incompatible. "
                + "A node pool is at most two minor versions behind and never ahead.",
                "properties.orchestratorVersion");
        }
    }

    private static void CheckKata(JsonObject p, string apiVersion)
    {
        if (p.Text("workloadRuntime") == "KataMshvVmIsolation" && !apiVersion.EndsWith("-preview", StringComparison.Ordinal))
            throw NotAllowed(p, "workloadRuntime", ["OCIContainer", "KataVmIsolation"]);
        var wrong =
            !VmSize.Find(p.Text("vmSize")!)!.SupportsKata ? $"has to be used with vm size that supports nested virtualization; {p["vmSize"]} does not"
            : p.Text("osSKU") is not ("AzureLinux" or "CBLMariner" or "Mariner") ? "has to be used with os sku AzureLinux"
            : p.Flag("enableFIPS") is true ? "cannot be used with FIPS"
            : p.Flag("artifactStreamingProfile", "enabled") is true ? "cannot be used with artifact streaming"
            : null;
        if (wrong is not null)
            throw new ArmException("InvalidWorkloadRuntimeSettingError", $"workloadRuntime {p["workloadRuntime"]} {wrong}.", "properties.workloadRuntime");
    }

    // The words are AKS's (kubernetes-sigs/cluster-api-provider-azure#5947).
    private static int CheckRange(JsonObject p, string name, int least, int most) =>
        (int)p.Number(name)! is var value && value >= least && value <= most
            ? value
            : throw Invalid(name, $"was {value}. It must be greater or equal to minCount:{least} and less than or equal to maxCount:{most}");

    private static ArmException Invalid(string name, string why) => ArmException.Invalid($"agentPoolProfile.{name} {why}.", $"agentPoolProfile.{name}");

    private static ArmException NotAllowed(JsonObject p, string name, string[] allowed) =>
        ArmException.Invalid($"The value of parameter properties.{name} is invalid: '{p[name]}'. Allowed: {string.Join(", ", allowed)}.", $"properties.{name}");

    private static ArmException Unreadable(string why, string name) =>
        new("UnmarshalError", $"UnmarshalEntity encountered error: json: {why}.", $"properties.{name}");

    [GeneratedRegex("^[a-z][a-z0-9]{0,11}$")]
    private static partial Regex PoolName();

    [GeneratedRegex("^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?(=[A-Za-z0-9._-]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$")]
    private static partial Regex Taint();

    [GeneratedRegex(@"(kubernetes\.azure\.com|kubernetes\.io)/", RegexOptions.IgnoreCase)]
    private static partial Regex ReservedLabel();
}
