using Microsoft.Extensions.Configuration;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Storage;

namespace TenantSandbox.Functions.Specs;

/// <summary>Creates the configured spec store.</summary>
internal static class SpecStores
{
    /// <param name="options">Validated options.</param>
    /// <param name="configuration">All settings.</param>
    public static ISpecStore Create(SpecOptions options, IConfiguration configuration) =>
        new CachedSpecStore(options.Directory is { } directory ? new FolderSpecStore(directory) : new BlobSpecStore(BlobCalls.Container(configuration, BlobSpecStore.ContainerName)));
}
