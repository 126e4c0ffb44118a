using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Configuration;

/// <summary>The configured clusters by id.</summary>
internal sealed class ClusterDirectory(IOptions<TenantSandboxOptions> options)
{
    /// <exception cref="InvalidException">No cluster with this id is configured.</exception>
    public ClusterOptions Get(string clusterId) =>
        options.Value.Clusters.FirstOrDefault(c => c.Id == clusterId)
        ?? throw new InvalidException(
            "ClusterUnknown", $"no cluster {clusterId} is configured; known: {string.Join(", ", options.Value.Clusters.Select(c => c.Id))}");
}
