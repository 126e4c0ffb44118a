using System.Text.Json.Nodes;
using Azure.Core;
using Azure.ResourceManager.ContainerService.Models;
using Azure.ResourceManager.ContainerService.Wire;
using Azure.ResourceManager.Models;

namespace Azure.ResourceManager.ContainerService;

/// <summary>The properties of a managed cluster that the app reads.</summary>
public partial class ContainerServiceManagedClusterData : TrackedResourceData
{
    public ContainerServiceManagedClusterData(AzureLocation location)
        : base(location)
    {
    }

    internal ContainerServiceManagedClusterData(
        ResourceIdentifier id, string name, ResourceType type, IDictionary<string, string> tags, AzureLocation location, JsonNode properties)
        : base(id, name, type, null, tags, location)
    {
        KubernetesVersion = Text(properties, "kubernetesVersion");
        CurrentKubernetesVersion = Text(properties, "currentKubernetesVersion");
        Fqdn = Text(properties, "fqdn");
        NodeResourceGroup = Text(properties, "nodeResourceGroup");
        ProvisioningState = Text(properties, "provisioningState");
        NetworkProfile = NetworkProfileWire.Read(properties?["networkProfile"] as JsonObject);
    }

    public string CurrentKubernetesVersion { get; }

    public string Fqdn { get; }

    public string KubernetesVersion { get; set; }

    public ContainerServiceNetworkProfile NetworkProfile { get; set; }

    public string NodeResourceGroup { get; set; }

    public string ProvisioningState { get; }

    private static string Text(JsonNode properties, string name) => properties?[name]?.GetValue<string>();
}
