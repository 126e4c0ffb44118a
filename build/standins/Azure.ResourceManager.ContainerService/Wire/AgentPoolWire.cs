using System.Text.Json.Nodes;
using Azure.Core;

namespace Azure.ResourceManager.ContainerService.Wire;

/// <summary>Reads and writes agent pools as JSON.</summary>
internal static class AgentPoolWire
{
    // Read-only properties. The official client doesn't send them either.
    private static readonly string[] ReadOnly = ["provisioningState", "currentOrchestratorVersion", "eTag", "status"];

    public static ContainerServiceAgentPoolData Read(JsonNode json) => new(
        new ResourceIdentifier(json["id"].GetValue<string>()),
        json["name"]?.GetValue<string>(),
        json["type"]?.GetValue<string>() ?? ContainerServiceAgentPoolResource.ResourceType,
        json["properties"] is JsonObject properties ? (JsonObject)properties.DeepClone() : []);

    public static BinaryData Write(ContainerServiceAgentPoolData data)
    {
        var properties = (JsonObject)data.Properties.DeepClone();
        foreach (var name in ReadOnly)
        {
            properties.Remove(name);
        }

        if (data.UpgradeSettings is { } upgrade)
        {
            properties["upgradeSettings"] = UpgradeSettingsWire.Write(upgrade, properties["upgradeSettings"]?.DeepClone() as JsonObject ?? []);
        }

        Put(properties, "availabilityZones", data.AvailabilityZones, data.WasSent);
        Put(properties, "nodeTaints", data.NodeTaints, data.WasSent);
        Put(properties, "nodeLabels", data.NodeLabels, data.WasSent);
        Put(properties, "tags", data.Tags, data.WasSent);
        return BinaryData.FromString(new JsonObject { ["properties"] = properties }.ToJsonString());
    }

    public static IList<string> TakeList(this JsonObject json, string name)
    {
        var list = json[name] is JsonArray array ? array.Select(v => v.GetValue<string>()).ToList() : [];
        json.Remove(name);
        return list;
    }

    public static IDictionary<string, string> TakeMap(this JsonObject json, string name)
    {
        var map = json[name] is JsonObject entries
            ? entries.ToDictionary(e => e.Key, e => e.Value?.GetValue<string>())
            : [];
        json.Remove(name);
        return map;
    }

    private static void Put(JsonObject json, string name, IList<string> values, HashSet<string> evenEmpty)
    {
        if (values.Count > 0 || evenEmpty.Contains(name))
        {
            json[name] = new JsonArray([.. values.Select(v => (JsonNode)v)]);
        }
    }

    private static void Put(JsonObject json, string name, IDictionary<string, string> values, HashSet<string> evenEmpty)
    {
        if (values.Count > 0 || evenEmpty.Contains(name))
        {
            json[name] = new JsonObject(values.Select(v => KeyValuePair.Create(v.Key, (JsonNode)v.Value)));
        }
    }
}
