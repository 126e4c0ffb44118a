using System.Collections.Concurrent;

namespace TenantSandbox.Functions.Kubernetes.Baseline;

/// <summary>
/// Lets one activity of this process at a time work on a cluster's baseline: when many tenants come to a new cluster at once, the first applies
/// it and the others find it in place.
/// </summary>
internal sealed class BaselineGate
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _clusters = new(StringComparer.Ordinal);

    public async Task<T> RunAsync<T>(string clusterId, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        var cluster = _clusters.GetOrAdd(clusterId, _ => new SemaphoreSlim(1));
        await cluster.WaitAsync(cancellationToken);
        try
        {
            return await work();
        }
        finally
        {
            cluster.Release();
        }
    }
}
