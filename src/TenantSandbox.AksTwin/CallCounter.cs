using System.Collections.Concurrent;

namespace TenantSandbox.AksTwin;

/// <summary>
/// Counts calls by name, such as <c>arm.agentPools.put</c> or <c>kube.pods.list</c>. The prefix <c>arm.</c> or <c>kube.</c> names the API.
/// </summary>
public sealed class CallCounter
{
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);

    public void Count(string call) => _counts.AddOrUpdate(call, 1, static (_, count) => count + 1);

    /// <summary>All counts, ordered by name.</summary>
    public IReadOnlyDictionary<string, int> Snapshot() => new SortedDictionary<string, int>(_counts, StringComparer.Ordinal);

    /// <summary>Total number of calls whose name starts with a prefix, such as <c>arm.</c>.</summary>
    public int Total(string prefix = "") =>
        _counts.Where(c => c.Key.StartsWith(prefix, StringComparison.Ordinal)).Sum(c => c.Value);

    public void Reset() => _counts.Clear();
}
