using Azure.Core;

namespace Azure.ResourceManager.ContainerService;

/// <summary>Gets AKS resources from an <see cref="ArmClient"/> by their ids, without calling the service.</summary>
public static partial class ContainerServiceExtensions
{
    public static ContainerServiceAgentPoolResource GetContainerServiceAgentPoolResource(this ArmClient client, ResourceIdentifier id)
    {
        Validate(id, ContainerServiceAgentPoolResource.ResourceType);
        return client.GetResourceClient(() => new ContainerServiceAgentPoolResource(client, id));
    }

    public static ContainerServiceManagedClusterResource GetContainerServiceManagedClusterResource(this ArmClient client, ResourceIdentifier id)
    {
        Validate(id, ContainerServiceManagedClusterResource.ResourceType);
        return client.GetResourceClient(() => new ContainerServiceManagedClusterResource(client, id));
    }

    private static void Validate(ResourceIdentifier id, ResourceType type)
    {
        if (id.ResourceType != type)
        {
            throw new ArgumentException($"Invalid resource type {id.ResourceType} expected {type}", nameof(id));
        }
    }
}
