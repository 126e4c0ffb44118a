namespace TenantSandbox.Functions.Configuration;

/// <summary>Which Azure Resource Manager to talk to.</summary>
internal sealed class ArmOptions
{
    /// <summary>Public Azure unless set, for example for a sovereign cloud.</summary>
    public Uri Endpoint { get; set; } = new("https://management.azure.com");

    /// <summary>What the token is asked for; the endpoint itself unless set.</summary>
    public string? Audience { get; set; }

    /// <summary>A PEM file: when set, the endpoint's certificate must come from one of its authorities, and no others are trusted.</summary>
    public string? CaFile { get; set; }
}
