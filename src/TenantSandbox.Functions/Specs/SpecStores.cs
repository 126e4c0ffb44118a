using Azure.Identity;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using TenantSandbox.Functions.Azure;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Specs;

/// <summary>Creates the configured spec store.</summary>
internal static class SpecStores
{
    /// <param name="options">Validated options.</param>
    /// <param name="configuration">All settings.</param>
    public static ISpecStore Create(SpecOptions options, IConfiguration configuration) =>
        new CachedSpecStore(options.Directory is { } directory ? new FolderSpecStore(directory) : new BlobSpecStore(Container(configuration)));

    private static BlobContainerClient Container(IConfiguration configuration)
    {
        var storage = HostStorage.Find(configuration, HostStorage.Blobs)!;
        var options = new BlobClientOptions { RetryPolicy = new ShortRetryPolicy() };
        if (storage.ConnectionString is { } connectionString)
        {
            return new BlobContainerClient(connectionString, BlobSpecStore.ContainerName, options);
        }

        var credential = new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = storage.ClientId });
        return new BlobServiceClient(storage.ServiceUri, credential, options).GetBlobContainerClient(BlobSpecStore.ContainerName);
    }
}
