using Microsoft.Extensions.Configuration;

namespace TenantSandbox.Functions.Configuration;

/// <summary>The storage account that the Functions host itself uses, setting <c>AzureWebJobsStorage</c>.</summary>
/// <param name="ConnectionString">A connection string; null to use the app's identity.</param>
/// <param name="ServiceUri">The service's address, when the identity is used.</param>
/// <param name="ClientId">Client id of a user-assigned identity; null for the default one.</param>
internal sealed record HostStorage(string? ConnectionString, Uri? ServiceUri, string? ClientId)
{
    public const string Name = "AzureWebJobsStorage";

    /// <summary>The blob service.</summary>
    public const string Blobs = "blob";

    /// <summary>Null when no account is configured.</summary>
    /// <param name="configuration">All settings.</param>
    /// <param name="service">One of the account's services.</param>
    public static HostStorage? Find(IConfiguration configuration, string service)
    {
        var section = configuration.GetSection(Name);
        if (section.Value is { Length: > 0 } connectionString)
        {
            return new HostStorage(connectionString, null, null);
        }

        var address = section[$"{service}ServiceUri"]
            ?? (section["accountName"] is { Length: > 0 } account ? $"https://{account}.{service}.core.windows.net" : null);
        return Uri.TryCreate(address, UriKind.Absolute, out var uri) ? new HostStorage(null, uri, section["clientId"]) : null;
    }
}
