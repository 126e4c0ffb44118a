namespace TenantSandbox.Functions.Configuration;

/// <summary>How the app authenticates to Azure and Kubernetes.</summary>
internal sealed class AuthenticationOptions
{
    public AuthenticationMode Mode { get; set; } = AuthenticationMode.Azure;

    /// <summary>Client id of a user-assigned managed identity; null for the system-assigned one or a developer's sign-in.</summary>
    public string? ManagedIdentityClientId { get; set; }

    /// <summary>The token of <see cref="AuthenticationMode.Static"/>.</summary>
    public string? StaticToken { get; set; }
}

/// <summary>The source of tokens.</summary>
internal enum AuthenticationMode
{
    /// <summary>Azure.Identity: managed identity in Azure, a developer's sign-in elsewhere.</summary>
    Azure,

    /// <summary>One fixed token, for a local twin. Refused unless the ARM endpoint is on the loopback interface.</summary>
    Static,
}
