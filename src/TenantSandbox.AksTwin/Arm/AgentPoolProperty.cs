using System.Text.Json;
using System.Text.Json.Nodes;
using static TenantSandbox.AksTwin.Arm.PropertyKind;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>What JSON a property takes.</summary>
internal enum PropertyKind
{
    Text,
    Integer,
    Number,
    Flag,
    Texts,
    TextMap,
    Array,
    Object,

    /// <summary>An object of texts, whose members called <c>…InMinutes</c> are numbers.</summary>
    Settings,
}

/// <summary>A property of an agent pool in api-version 2026-04-01; those that only previews have are unknown here.</summary>
internal sealed record AgentPoolProperty(string Name, PropertyKind Kind)
{
    public JsonNode? Default { get; private init; }

    public bool Immutable { get; private init; }

    /// <summary>Whether a client may send it back from a GET, but only the service decides.</summary>
    public bool ReadOnly { get; private init; }

    /// <summary>Whether a PUT that leaves it out keeps it. It replaces the rest, but leaving these out couldn't mean anything else.</summary>
    public bool Kept => Immutable || ReadOnly || Name is "count" or "orchestratorVersion" or "osSKU";

    /// <summary>The values it may have, whatever their case; null for any.</summary>
    public string[]? Allowed { get; private init; }

    public static IReadOnlyDictionary<string, AgentPoolProperty> All { get; } = ((IEnumerable<AgentPoolProperty>)
    [
        new("count", Integer) { Default = 1 },
        new("maxPods", Integer) { Default = 250, Immutable = true },
        new("osDiskSizeGB", Integer) { Default = 128, Immutable = true },
        new("osDiskType", Text) { Default = "Managed", Immutable = true },
        new("osType", Text) { Default = "Linux", Immutable = true, Allowed = ["Linux", "Windows"] },
        new("osSKU", Text)
        {
            Default = "AzureLinux",
            Allowed = ["AzureLinux", "AzureLinux3", "AzureContainerLinux", "Ubuntu", "Ubuntu2204", "Ubuntu2404", "CBLMariner", "Mariner"],
        },
        new("type", Text)
        {
            Default = "VirtualMachineScaleSets",
            Immutable = true,
            Allowed = ["VirtualMachineScaleSets", "VirtualMachines", "AvailabilitySet"],
        },
        new("vmSize", Text) { Default = "Standard_D4s_v5", Immutable = true },
        new("mode", Text) { Default = "User", Allowed = ["User", "System", "Gateway"] },
        new("scaleDownMode", Text) { Default = "Delete", Allowed = ["Delete", "Deallocate"] },
        new("workloadRuntime", Text)
        {
            Default = "OCIContainer",
            Immutable = true,
            Allowed = ["OCIContainer", "KataVmIsolation", "KataMshvVmIsolation"],
        },
        new("enableAutoScaling", Flag) { Default = false },
        new("enableFIPS", Flag) { Default = false, Immutable = true },
        new("enableEncryptionAtHost", Flag) { Immutable = true },
        new("availabilityZones", Texts) { Immutable = true },
        new("powerState", TextMap) { Default = Json.Of($$"""{"code":"Running"}""") },
        new("upgradeSettings", Settings) { Default = Json.Of($$"""{"maxSurge":"10%","maxUnavailable":"0"}""") },
        .. Of(Text, "kubeletDiskType", "podSubnetID", "scaleSetPriority", "vnetSubnetID").Select(p => p with { Immutable = true }),
        .. Of(Text, "currentOrchestratorVersion", "eTag", "nodeImageVersion", "provisioningState").Select(p => p with { ReadOnly = true }),
        new("status", PropertyKind.Object) { ReadOnly = true },
        new("virtualMachineNodesStatus", PropertyKind.Array) { ReadOnly = true },
        .. Of(Integer, "minCount", "maxCount"),
        .. Of(Number, "spotMaxPrice"),
        .. Of(Flag, "enableNodePublicIP", "enableUltraSSD"),
        .. Of(Texts, "nodeTaints"),
        .. Of(TextMap, "nodeLabels", "tags"),
        .. Of(
            PropertyKind.Object, "artifactStreamingProfile", "creationData", "gatewayProfile", "gpuProfile", "kubeletConfig", "linuxOSConfig",
            "localDNSProfile", "networkProfile", "securityProfile", "virtualMachinesProfile", "windowsProfile"),
        .. Of(
            Text, "capacityReservationGroupID", "gpuInstanceProfile", "hostGroupID", "messageOfTheDay", "nodePublicIPPrefixID",
            "orchestratorVersion", "podIPAllocationMode", "proximityPlacementGroupID", "scaleSetEvictionPolicy"),
    ]).ToDictionary(p => p.Name);

    /// <summary>A value as AKS keeps it; null when it isn't of the property's kind.</summary>
    public JsonNode? Read(JsonNode value) => (Kind, value) switch
    {
        (Text, JsonValue) when IsText(value) => Allowed?.FirstOrDefault(a => a.Equals(value.Text(), StringComparison.OrdinalIgnoreCase)) ?? value.Text(),
        (Integer, JsonValue number) when number.TryGetValue<int>(out var whole) => whole,
        (Number, JsonValue) when value.GetValueKind() == JsonValueKind.Number => value.DeepClone(),
        (Flag, JsonValue) => value.Flag(),
        (Texts, JsonArray list) when list.All(IsText) => value.DeepClone(),
        (TextMap, JsonObject map) when map.All(m => IsText(m.Value)) => value.DeepClone(),
        (Settings, JsonObject map) when map.All(m => m.Value is null || IsText(m.Value) != m.Key.EndsWith("InMinutes", StringComparison.Ordinal)) =>
            value.DeepClone(),
        (PropertyKind.Object, JsonObject) or (PropertyKind.Array, JsonArray) => value.DeepClone(),
        _ => null,
    };

    private static bool IsText(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String;

    private static IEnumerable<AgentPoolProperty> Of(PropertyKind kind, params string[] names) => names.Select(n => new AgentPoolProperty(n, kind));
}
