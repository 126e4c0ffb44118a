using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>
/// The properties of an agent pool in api-version 2026-04-01, and of what kind each must be; those that only previews have are
/// unknown here.
/// </summary>
internal static class AgentPoolSchema
{
    private static readonly FrozenDictionary<string, JsonValueKind> Kinds = new (JsonValueKind Kind, string[] Names)[]
    {
        (JsonValueKind.Number, ["count", "minCount", "maxCount", "maxPods", "osDiskSizeGB", "spotMaxPrice"]),
        (JsonValueKind.True, [
            "enableAutoScaling", "enableNodePublicIP", "enableEncryptionAtHost", "enableUltraSSD", "enableFIPS",
        ]),
        (JsonValueKind.Array, ["availabilityZones", "nodeTaints", "virtualMachineNodesStatus"]),
        (JsonValueKind.Object, [
            "nodeLabels", "tags", "upgradeSettings", "powerState", "status", "kubeletConfig", "linuxOSConfig", "networkProfile",
            "securityProfile", "creationData", "windowsProfile", "gatewayProfile", "gpuProfile", "artifactStreamingProfile",
            "localDNSProfile", "virtualMachinesProfile",
        ]),
        (JsonValueKind.String, [
            "vmSize", "osType", "osSKU", "osDiskType", "workloadRuntime", "mode", "type", "orchestratorVersion",
            "currentOrchestratorVersion", "nodeImageVersion", "provisioningState", "eTag", "vnetSubnetID", "podSubnetID",
            "podIPAllocationMode", "scaleDownMode", "scaleSetPriority", "scaleSetEvictionPolicy", "kubeletDiskType",
            "nodePublicIPPrefixID", "proximityPlacementGroupID", "gpuInstanceProfile", "capacityReservationGroupID",
            "hostGroupID", "messageOfTheDay",
        ]),
    }.SelectMany(k => k.Names.Select(n => (n, k.Kind))).ToFrozenDictionary(k => k.n, k => k.Kind);

    /// <summary>The properties that a client may set.</summary>
    public static IEnumerable<string> Settable => Kinds.Keys.Except(ReadOnly);

    // What a client may send back from a GET, but only the service decides.
    private static readonly string[] ReadOnly =
        ["provisioningState", "currentOrchestratorVersion", "nodeImageVersion", "eTag", "status", "virtualMachineNodesStatus"];

    /// <summary>The properties of a PUT's body without nulls and read-only ones; or the error that AKS answers.</summary>
    public static JsonObject Read(JsonNode? body)
    {
        if (body is not JsonObject resource)
            throw new ArmException(400, "InvalidRequestContent", "The request content was invalid and could not be deserialized: an object is expected.");
        if (resource["properties"] is not JsonObject sent)
            throw new ArmException(400, "InvalidParameter", "Required parameter properties is missing (null).", "properties");
        var properties = new JsonObject();
        foreach (var (name, value) in sent)
        {
            if (!Kinds.TryGetValue(name, out var kind))
                throw new ArmException(400, "UnmarshalError", $"UnmarshalEntity encountered error: json: unknown field \"{name}\".", $"properties.{name}");
            if (value is null || ReadOnly.Contains(name) || IsNone(name, value))
                continue;
            var actual = value.GetValueKind() is JsonValueKind.False ? JsonValueKind.True : value.GetValueKind();
            if (actual != kind || !HasTexts(name, value) || !IsInteger(name, value))
                throw new ArmException(400, "UnmarshalError", $"UnmarshalEntity encountered error: json: cannot read properties.{name}: {value.ToJsonString()}.", $"properties.{name}");
            properties[name] = value.DeepClone();
        }

        return properties;
    }

    // AKS takes an empty list of zones for none, and an empty version for its own.
    private static bool IsNone(string name, JsonNode value) =>
        (name == "availabilityZones" && value is JsonArray { Count: 0 })
        || (name == "orchestratorVersion" && value is JsonValue text && text.TryGetValue<string>(out var version) && version.Length == 0);

    private static bool IsInteger(string name, JsonNode value) =>
        value.GetValueKind() != JsonValueKind.Number || name == "spotMaxPrice" || value.AsValue().TryGetValue<int>(out _);

    private static bool HasTexts(string name, JsonNode value) => (name, value) switch
    {
        ("availabilityZones" or "nodeTaints", JsonArray list) => list.All(v => v?.GetValueKind() == JsonValueKind.String),
        ("nodeLabels" or "tags", JsonObject map) => map.All(v => v.Value?.GetValueKind() == JsonValueKind.String),
        ("powerState", JsonObject state) => state["code"]?.GetValueKind() == JsonValueKind.String,
        ("upgradeSettings", JsonObject settings) =>
            settings.All(s => s.Value is null || s.Value.GetValueKind() == (s.Key.EndsWith("InMinutes", StringComparison.Ordinal) ? JsonValueKind.Number : JsonValueKind.String)),
        _ => true,
    };
}
