using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Azure.Arm;

namespace TenantSandbox.Functions.Tests.Orchestrations;

/// <summary>Pools as ARM lists them, and what people and faults do to them.</summary>
internal sealed partial class FakeCloud
{
    /// <summary>Pools that other people made, as <c>cluster/name</c>.</summary>
    public HashSet<string> OtherPools { get; } = new(StringComparer.Ordinal);

    /// <summary>Number of tenants' pods on a pool's nodes, by <c>cluster/name</c>, beside those of the namespaces.</summary>
    public Dictionary<string, int> Pods { get; } = new(StringComparer.Ordinal);

    /// <summary>Failures of deletions, by <c>cluster/name</c>; the pool then exists as failed.</summary>
    public Dictionary<string, PoolObservation> DeletionFailures { get; } = new(StringComparer.Ordinal);

    /// <summary>The state of existing pools that are neither being made nor deleted, by <c>cluster/name</c>; ready by default.</summary>
    public Dictionary<string, PoolObservation> PoolStates { get; } = new(StringComparer.Ordinal);

    /// <summary>Orchestrations that have ended without a report.</summary>
    public HashSet<string> EndedInstances { get; } = new(StringComparer.Ordinal);

    /// <summary>Pools that lack the installation's tag.</summary>
    public HashSet<string> UntaggedPools { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds a pool that an earlier ledger made.</summary>
    public void AddPool(PoolRef pool)
    {
        lock (_lock)
        {
            _pools[Key(pool)] = new(pool, IsDeleting: false, RemainingPolls: 0);
        }
    }

    /// <summary>Removes a pool as a person does in the portal, with everything that runs in it.</summary>
    public void RemovePool(string key)
    {
        lock (_lock)
        {
            _pools.Remove(key);
            foreach (var (name, _) in _namespaces.Where(n => n.Value.Pool == key).ToArray())
            {
                _namespaces[name] = _namespaces[name] with { Pool = "" };
            }
        }
    }

    private PoolPage ListPools(PoolPageQuery query)
    {
        FoundPool[] all =
        [
            .. _pools.Where(p => p.Value.Pool.ClusterId == query.ClusterId).Select(p => Describe(p.Key, p.Value)),
            .. OtherPools.Where(p => p.StartsWith($"{query.ClusterId}/", StringComparison.Ordinal))
                .Select(p => new FoundPool(p[(query.ClusterId.Length + 1)..], $"/{p}", PoolMatch.Other, null, "Succeeded")),
        ];
        FoundPool[] rest = [.. all.Where(p => string.CompareOrdinal(p.Name, query.After) > 0).OrderBy(p => p.Name, StringComparer.Ordinal)];
        FoundPool[] page = [.. rest.Take(PoolPage.MaxPools)];
        return new(query.ClusterId, query.After, rest.Length > page.Length ? page[^1].Name : null, page);
    }

    private FoundPool Describe(string key, FakePool found)
    {
        var observed = Observe(found.Pool);
        var isTagged = !UntaggedPools.Contains(key);
        return new(
            found.Pool.Name,
            $"/{key}",
            isTagged ? PoolMatch.Same : PoolMatch.SameWithoutInstallation,
            PoolMarks.Of(found.Pool, "owner", isTagged ? "here" : null),
            observed.Condition switch { PoolCondition.Ready => "Succeeded", PoolCondition.Failed => "Failed", _ => observed.Detail },
            observed.ErrorClass is { } errorClass ? TenantError.Create(errorClass, observed.Code!, observed.Detail) : null,
            1,
            found.Pool.Template.MinCount,
            found.Pool.Template.MaxCount,
            found.Pool.Template.MaxPods,
            "1.34.2",
            found.Pool.Template.VmSize,
            found.Pool.Template.WorkloadRuntime);
    }

    private PoolObservation TagPool(PoolRef pool)
    {
        UntaggedPools.Remove(Key(pool));
        return Observe(pool);
    }
}
