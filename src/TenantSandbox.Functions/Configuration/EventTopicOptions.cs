namespace TenantSandbox.Functions.Configuration;

/// <summary>Where lifecycle events go.</summary>
internal sealed class EventTopicOptions
{
    /// <summary>The Event Grid topic's endpoint; null writes events to the log only.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The topic's access key; null signs in with Microsoft Entra ID.</summary>
    public string? Key { get; set; }

    /// <summary>The CloudEvents source of every event; with the id it identifies one.</summary>
    public string Source { get; set; } = "/tenantsandbox";
}
