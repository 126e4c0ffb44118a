using static TenantSandbox.AksTwin.Arm.PropertyKind;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>JSON type of a property. In upgrade settings, members named <c>…InMinutes</c> are numbers and the others strings.</summary>
internal enum PropertyKind { Text, Integer, Number, Flag, Texts, TextMap, UpgradeSettings, List, Map }

/// <summary>A property of an agent pool in api-version 2026-04-01. Preview-only properties are not supported.</summary>
/// <param name="IsImmutable">Whether it can't be changed after creation.</param>
/// <param name="IsReadOnly">Whether only the service sets it; clients may send it, but it is ignored.</param>
/// <param name="AllowedValues">Allowed values, case-insensitive; null for any.</param>
internal sealed record AgentPoolProperty(
    string Name,
    PropertyKind Kind,
    JsonNode? Default = null,
    bool IsImmutable = false,
    bool IsReadOnly = false,
    string[]? AllowedValues = null)
{
    public static IReadOnlyDictionary<string, AgentPoolProperty> All { get; } = ((IEnumerable<AgentPoolProperty>)
    [
        new("count", Integer, 1),
        new("maxPods", Integer, 250, IsImmutable: true),
        new("osDiskSizeGB", Integer, 128, IsImmutable: true),
        new("osDiskType", Text, "Managed", IsImmutable: true),
        new("osType", Text, "Linux", IsImmutable: true, AllowedValues: ["Linux"]),
        new("osSKU", Text, "AzureLinux", AllowedValues: ["AzureLinux", "AzureLinux3", "CBLMariner", "Ubuntu", "Ubuntu2204", "Ubuntu2404"]),
        new("type", Text, "VirtualMachineScaleSets", IsImmutable: true, AllowedValues: ["VirtualMachineScaleSets"]),
        new("vmSize", Text, "Standard_D4s_v5", IsImmutable: true),
        new("mode", Text, "User", AllowedValues: ["User", "System"]),
        new("scaleDownMode", Text, "Delete", AllowedValues: ["Delete", "Deallocate"]),
        new("workloadRuntime", Text, "OCIContainer", IsImmutable: true, AllowedValues: ["OCIContainer", "KataVmIsolation"]),
        new("enableAutoScaling", Flag, false),
        new("enableFIPS", Flag, false, IsImmutable: true),
        new("enableEncryptionAtHost", Flag, IsImmutable: true),
        new("availabilityZones", Texts, IsImmutable: true),
        new("powerState", TextMap, JsonTemplate.Fill($$"""{"code":"Running"}""")),
        new("upgradeSettings", UpgradeSettings, JsonTemplate.Fill($$"""{"maxSurge":"10%","maxUnavailable":"0"}""")),
        .. Named(Text, "kubeletDiskType", "podSubnetID", "scaleSetPriority", "vnetSubnetID").Select(p => p with { IsImmutable = true }),
        .. Named(Text, "currentOrchestratorVersion", "eTag", "nodeImageVersion", "provisioningState")
            .Select(p => p with { IsReadOnly = true }),
        new("status", Map, IsReadOnly: true),
        new("virtualMachineNodesStatus", List, IsReadOnly: true),
        .. Named(Integer, "minCount", "maxCount"),
        .. Named(Number, "spotMaxPrice"),
        .. Named(Flag, "enableNodePublicIP", "enableUltraSSD"),
        .. Named(Texts, "nodeTaints"),
        .. Named(TextMap, "nodeLabels", "tags"),
        .. Named(Map, "artifactStreamingProfile", "creationData", "gatewayProfile", "gpuProfile", "kubeletConfig", "linuxOSConfig"),
        .. Named(Map, "localDNSProfile", "networkProfile", "securityProfile", "virtualMachinesProfile", "windowsProfile"),
        .. Named(Text, "capacityReservationGroupID", "gpuInstanceProfile", "hostGroupID", "messageOfTheDay", "nodePublicIPPrefixID"),
        .. Named(Text, "orchestratorVersion", "podIPAllocationMode", "proximityPlacementGroupID", "scaleSetEvictionPolicy"),
    ]).ToDictionary(p => p.Name);

    /// <summary>
    /// Whether a PUT that omits the property keeps its value. Other omitted properties return to their default.
    /// </summary>
    public bool IsKeptWhenOmitted => IsImmutable || IsReadOnly || Name is "count" or "orchestratorVersion" or "osSKU";

    /// <summary>Returns the value as AKS stores it, or null if it has the wrong type.</summary>
    public JsonNode? Normalize(JsonNode value) => (Kind, value) switch
    {
        (Text, _) when IsString(value) =>
            AllowedValues?.FirstOrDefault(a => ArmApi.EqualsIgnoreCase(a, value.GetString())) ?? value.GetString(),
        (Integer, _) when value.GetInteger() is not (>= int.MinValue and <= int.MaxValue) => null,
        (Integer or Number, _) when value.GetValueKind() == JsonValueKind.Number => value.DeepClone(),
        (Flag, _) => value.GetBoolean(),
        (Texts, JsonArray list) when list.All(IsString) => value.DeepClone(),
        (TextMap, JsonObject map) when map.All(m => IsString(m.Value)) => value.DeepClone(),
        (UpgradeSettings, JsonObject map) when map.All(m => m.Value is null || IsString(m.Value) != IsMinutes(m.Key)) => value.DeepClone(),
        (Map, JsonObject) or (List, JsonArray) => value.DeepClone(),
        _ => null,
    };

    private static bool IsString(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String;

    private static bool IsMinutes(string name) => name.EndsWith("InMinutes", StringComparison.Ordinal);

    private static IEnumerable<AgentPoolProperty> Named(PropertyKind kind, params string[] names) =>
        names.Select(n => new AgentPoolProperty(n, kind));
}
