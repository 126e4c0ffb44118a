using System.Text.Json.Nodes;
using Azure.ResourceManager.ContainerService.Models;

namespace Azure.ResourceManager.ContainerService.Wire;

internal static class NetworkProfileWire
{
    public static ContainerServiceNetworkProfile Read(JsonObject json)
    {
        if (json is null)
        {
            return null;
        }

        var profile = new ContainerServiceNetworkProfile
        {
            PodCidr = json["podCidr"]?.GetValue<string>(),
            ServiceCidr = json["serviceCidr"]?.GetValue<string>(),
        };
        Add(profile.PodCidrs, json["podCidrs"]);
        Add(profile.ServiceCidrs, json["serviceCidrs"]);
        return profile;
    }

    private static void Add(IList<string> list, JsonNode values)
    {
        foreach (var value in values as JsonArray ?? [])
        {
            list.Add(value.GetValue<string>());
        }
    }
}
