namespace TenantSandbox.Functions.Configuration;

/// <summary>The Azure Resource Manager endpoint.</summary>
internal sealed class ArmOptions
{
    /// <summary>Public Azure by default; set it for a sovereign cloud.</summary>
    public Uri Endpoint { get; set; } = new("https://management.azure.com");

    /// <summary>The audience of the token; the endpoint by default.</summary>
    public string? Audience { get; set; }

    /// <summary>A PEM file: when set, only certificates issued by its authorities are trusted for the endpoint.</summary>
    public string? CaFile { get; set; }
}
