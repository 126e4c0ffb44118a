using System.Collections.Concurrent;

namespace TenantSandbox.AksTwin;

/// <summary>
/// Counts calls by name: <c>arm.agentPools.put</c>, <c>kube.pods.list</c>. The part before the first dot is the surface.
/// </summary>
public sealed class CallCounter
{
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);

    public void Count(string call) => _counts.AddOrUpdate(call, 1, static (_, n) => n + 1);

    /// <summary>All counts, ordered by name.</summary>
    public IReadOnlyDictionary<string, int> Snapshot() => new SortedDictionary<string, int>(_counts, StringComparer.Ordinal);

    /// <summary>The sum over all calls whose name starts with a prefix, like <c>arm.</c>.</summary>
    public int Total(string prefix = "") =>
        _counts.Where(c => c.Key.StartsWith(prefix, StringComparison.Ordinal)).Sum(c => c.Value);

    public void Reset() => _counts.Clear();
}
