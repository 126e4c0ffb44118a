using static TenantSandbox.AksTwin.Arm.PropertyKind;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>What JSON a property takes. The members of settings called <c>…InMinutes</c> are numbers, the others texts.</summary>
internal enum PropertyKind { Text, Integer, Number, Flag, Texts, TextMap, Settings, List, Map }

/// <summary>A property of an agent pool in api-version 2026-04-01; those that only previews have are unknown here.</summary>
/// <param name="Immutable">Whether it stays as it was made.</param>
/// <param name="ReadOnly">Whether a client may send it back from a GET, but only the service decides.</param>
/// <param name="Allowed">The values it may have, whatever their case; null for any.</param>
internal sealed record AgentPoolProperty(
    string Name, PropertyKind Kind, JsonNode? Default = null, bool Immutable = false, bool ReadOnly = false, string[]? Allowed = null)
{
    public static IReadOnlyDictionary<string, AgentPoolProperty> All { get; } = ((IEnumerable<AgentPoolProperty>)
    [
        new("count", Integer, 1),
        new("maxPods", Integer, 250, Immutable: true),
        new("osDiskSizeGB", Integer, 128, Immutable: true),
        new("osDiskType", Text, "Managed", Immutable: true),
        new("osType", Text, "Linux", Immutable: true, Allowed: ["Linux"]),
        new("osSKU", Text, "AzureLinux", Allowed: ["AzureLinux", "AzureLinux3", "CBLMariner", "Ubuntu", "Ubuntu2204", "Ubuntu2404"]),
        new("type", Text, "VirtualMachineScaleSets", Immutable: true, Allowed: ["VirtualMachineScaleSets"]),
        new("vmSize", Text, "Standard_D4s_v5", Immutable: true),
        new("mode", Text, "User", Allowed: ["User", "System"]),
        new("scaleDownMode", Text, "Delete", Allowed: ["Delete", "Deallocate"]),
        new("workloadRuntime", Text, "OCIContainer", Immutable: true, Allowed: ["OCIContainer", "KataVmIsolation"]),
        new("enableAutoScaling", Flag, false),
        new("enableFIPS", Flag, false, Immutable: true),
        new("enableEncryptionAtHost", Flag, Immutable: true),
        new("availabilityZones", Texts, Immutable: true),
        new("powerState", TextMap, Json.Of($$"""{"code":"Running"}""")),
        new("upgradeSettings", Settings, Json.Of($$"""{"maxSurge":"10%","maxUnavailable":"0"}""")),
        .. Of(Text, "kubeletDiskType", "podSubnetID", "scaleSetPriority", "vnetSubnetID").Select(p => p with { Immutable = true }),
        .. Of(Text, "currentOrchestratorVersion", "eTag", "nodeImageVersion", "provisioningState").Select(p => p with { ReadOnly = true }),
        new("status", Map, ReadOnly: true),
        new("virtualMachineNodesStatus", List, ReadOnly: true),
        .. Of(Integer, "minCount", "maxCount"),
        .. Of(Number, "spotMaxPrice"),
        .. Of(Flag, "enableNodePublicIP", "enableUltraSSD"),
        .. Of(Texts, "nodeTaints"),
        .. Of(TextMap, "nodeLabels", "tags"),
        .. Of(Map, "artifactStreamingProfile", "creationData", "gatewayProfile", "gpuProfile", "kubeletConfig", "linuxOSConfig"),
        .. Of(Map, "localDNSProfile", "networkProfile", "securityProfile", "virtualMachinesProfile", "windowsProfile"),
        .. Of(Text, "capacityReservationGroupID", "gpuInstanceProfile", "hostGroupID", "messageOfTheDay", "nodePublicIPPrefixID"),
        .. Of(Text, "orchestratorVersion", "podIPAllocationMode", "proximityPlacementGroupID", "scaleSetEvictionPolicy"),
    ]).ToDictionary(p => p.Name);

    /// <summary>
    /// Whether a PUT that leaves it out keeps it. It replaces the rest, but leaving these out couldn't mean anything else.
    /// </summary>
    public bool IsKept => Immutable || ReadOnly || Name is "count" or "orchestratorVersion" or "osSKU";

    /// <summary>A value as AKS keeps it; null when it isn't of the property's kind.</summary>
    public JsonNode? Read(JsonNode value) => (Kind, value) switch
    {
        (Text, _) when IsText(value) => Allowed?.FirstOrDefault(a => ArmApi.Same(a, value.Text())) ?? value.Text(),
        (Integer, _) when value.Number() is not (>= int.MinValue and <= int.MaxValue) => null,
        (Integer or Number, _) when value.GetValueKind() == JsonValueKind.Number => value.DeepClone(),
        (Flag, _) => value.Flag(),
        (Texts, JsonArray list) when list.All(IsText) => value.DeepClone(),
        (TextMap, JsonObject map) when map.All(m => IsText(m.Value)) => value.DeepClone(),
        (Settings, JsonObject map) when map.All(m => m.Value is null || IsText(m.Value) != IsMinutes(m.Key)) => value.DeepClone(),
        (Map, JsonObject) or (List, JsonArray) => value.DeepClone(),
        _ => null,
    };

    private static bool IsText(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String;

    private static bool IsMinutes(string name) => name.EndsWith("InMinutes", StringComparison.Ordinal);

    private static IEnumerable<AgentPoolProperty> Of(PropertyKind kind, params string[] names) =>
        names.Select(n => new AgentPoolProperty(n, kind));
}
