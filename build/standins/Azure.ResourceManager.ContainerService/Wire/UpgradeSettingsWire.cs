using System.Text.Json.Nodes;
using Azure.ResourceManager.ContainerService.Models;

namespace Azure.ResourceManager.ContainerService.Wire;

internal static class UpgradeSettingsWire
{
    public static AgentPoolUpgradeSettings Read(JsonObject json) => json is null ? null : new()
    {
        MaxSurge = json["maxSurge"]?.GetValue<string>(),
        MaxUnavailable = json["maxUnavailable"]?.GetValue<string>(),
        DrainTimeoutInMinutes = json["drainTimeoutInMinutes"]?.GetValue<int>(),
        NodeSoakDurationInMinutes = json["nodeSoakDurationInMinutes"]?.GetValue<int>(),
    };

    public static JsonObject Write(AgentPoolUpgradeSettings settings, JsonObject onto)
    {
        onto.Put("maxSurge", settings.MaxSurge);
        onto.Put("maxUnavailable", settings.MaxUnavailable);
        onto.Put("drainTimeoutInMinutes", settings.DrainTimeoutInMinutes);
        onto.Put("nodeSoakDurationInMinutes", settings.NodeSoakDurationInMinutes);
        return onto;
    }

    private static void Put(this JsonObject json, string name, JsonNode value)
    {
        if (value is not null)
        {
            json[name] = value;
        }
    }
}
