namespace Azure.ResourceManager.ContainerService.Models;

/// <summary>How a pool is upgraded.</summary>
public partial class AgentPoolUpgradeSettings
{
    public AgentPoolUpgradeSettings()
    {
    }

    /// <summary>A number of nodes or a percentage, like <c>33%</c>.</summary>
    public string MaxSurge { get; set; }

    /// <summary>A number of nodes or a percentage.</summary>
    public string MaxUnavailable { get; set; }

    /// <summary>1 to 1440.</summary>
    public int? DrainTimeoutInMinutes { get; set; }

    /// <summary>0 to 30.</summary>
    public int? NodeSoakDurationInMinutes { get; set; }
}
