namespace Azure.ResourceManager.ContainerService.Models;

/// <summary>The address ranges of a cluster's pods and Services. The lists have the same ranges, and one for each IP family.</summary>
public partial class ContainerServiceNetworkProfile
{
    public ContainerServiceNetworkProfile()
    {
    }

    public string PodCidr { get; set; }

    public IList<string> PodCidrs { get; } = [];

    public string ServiceCidr { get; set; }

    public IList<string> ServiceCidrs { get; } = [];
}
