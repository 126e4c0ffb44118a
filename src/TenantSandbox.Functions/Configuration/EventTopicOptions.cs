namespace TenantSandbox.Functions.Configuration;

/// <summary>The topic of lifecycle events.</summary>
internal sealed class EventTopicOptions
{
    /// <summary>The Event Grid topic's endpoint; null to only log events.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The topic's access key; null to authenticate with Microsoft Entra ID.</summary>
    public string? Key { get; set; }

    /// <summary>The CloudEvents source of every event; source and id identify an event.</summary>
    public string Source { get; set; } = "/tenantsandbox";
}
