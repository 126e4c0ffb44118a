using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Placement;
using TenantSandbox.Functions;
using TenantSandbox.Functions.Pools;
using TenantSandbox.Functions.Tenants;
using TenantSandbox.Local.Engine;

namespace TenantSandbox.Orchestrations.Tests;

/// <summary>Stands for ARM and Kubernetes behind the activities: what is there, what is asked for, and what goes wrong. Checks what must never happen.</summary>
internal sealed class FakeCloud
{
    public static readonly OperationTiming Timing = new(5, 60, 1800, 1800, 900, 900);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _calls = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string State, int Looks)> _pools = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Pool, bool Workloads, int Looks)> _namespaces = new(StringComparer.Ordinal);
    private readonly List<LifecycleEvent> _published = [];

    public List<Fault> Faults { get; } = [];

    /// <summary>The clusters on offer, best first.</summary>
    public List<ClusterTarget> Clusters { get; } = [Cluster("aks1")];

    /// <summary>What a new pool ends as, by cluster; ready when there is no entry.</summary>
    public Dictionary<string, PoolObservation> PoolEnds { get; } = new(StringComparer.Ordinal);

    /// <summary>Why namespaces don't go; null when they do.</summary>
    public string? NamespaceBlocker { get; set; }

    /// <summary>What watches of rollouts end with.</summary>
    public RolloutObservation Rollout { get; set; } = new(RolloutCondition.Ready, "all available");

    /// <summary>What should never have happened, and did.</summary>
    public List<string> Violations { get; } = [];

    public IReadOnlyCollection<string> Pools => _pools.Keys;

    public IReadOnlyCollection<string> Namespaces => _namespaces.Keys;

    /// <summary>Events out, each id once, as a subscriber that drops repeats has them.</summary>
    public IReadOnlyList<LifecycleEvent> Events => [.. _published.DistinctBy(e => e.Id)];

    public static ClusterTarget Cluster(string id) => new(
        id, "westeurope", new("Standard_D4s_v5", "KataVmIsolation", "AzureLinux", 1, 3, 30, 12_000, 4_000, KataSizing.Documented, []), Timing);

    public int CallsOf(string activity) => _calls.GetValueOrDefault(activity);

    public TaskCatalog Register(TaskCatalog catalog)
    {
        Add<ClusterQuery>(ActivityNames.SelectClusters, _ => new ClusterCandidates([.. Clusters]));
        Add<PoolRef>(ActivityNames.EnsurePool, Ensure);
        Add<PoolRef>(ActivityNames.ReadPool, Read);
        Add<PoolRef>(ActivityNames.DeletePool, Delete);
        Add<PlacedTenant>(ActivityNames.ApplyNamespace, ApplyNamespace);
        Add<PlacedTenant>(ActivityNames.ApplyWorkloads, ApplyWorkloads);
        Add<PlacedTenant>(ActivityNames.WatchRollout, _ => Rollout);
        Add<TenantNamespaceRef>(ActivityNames.DeleteWorkloads, DeleteWorkloads);
        Add<TenantNamespaceRef>(ActivityNames.DeleteNamespace, DeleteNamespace);
        Add<TenantNamespaceRef>(ActivityNames.ReadNamespaceAbsence, t => new AbsenceObservation(!_namespaces.ContainsKey(Key(t)), "still there"));
        Add<LifecycleEvent>(ActivityNames.PublishEvent, Publish);
        return catalog;

        void Add<T>(string name, Func<T, object?> act) => catalog.AddActivity(name, (call, _) => Task.FromResult(Call(name, () => act((T)call.GetInput(typeof(T))!))));
    }

    private object? Call(string activity, Func<object?> act)
    {
        lock (_lock)
        {
            var call = _calls[activity] = CallsOf(activity) + 1;
            var fault = Faults.Find(f => f.Hits(activity, call));
            if (fault is { AnswerLost: false })
            {
                throw fault.ToException();
            }

            var answer = act();
            return fault is null ? answer : throw fault.ToException();
        }
    }

    private PoolObservation Ensure(PoolRef pool)
    {
        if (_pools.TryAdd(Key(pool), ("Creating", 2)))
        {
            return new(PoolCondition.InProgress, "Creating");
        }

        return Look(pool);
    }

    private PoolObservation Read(PoolRef pool)
    {
        if (_pools.TryGetValue(Key(pool), out var found))
        {
            _pools[Key(pool)] = found with { Looks = found.Looks - 1 };
            if (found is { State: "Deleting", Looks: <= 1 })
            {
                _pools.Remove(Key(pool));
            }
        }

        return Look(pool);
    }

    private PoolObservation Look(PoolRef pool) => _pools.TryGetValue(Key(pool), out var found) switch
    {
        false => new(PoolCondition.Absent, "not found"),
        _ when found.State == "Deleting" || found.Looks > 0 => new(PoolCondition.InProgress, found.State),
        _ => PoolEnds.GetValueOrDefault(pool.ClusterId) ?? new(PoolCondition.Ready, "Succeeded"),
    };

    private PoolObservation Delete(PoolRef pool)
    {
        if (!_pools.TryGetValue(Key(pool), out var found))
        {
            return new(PoolCondition.Absent, "not found");
        }

        foreach (var tenant in _namespaces.Where(n => n.Value.Pool == Key(pool)))
        {
            Violations.Add($"pool {Key(pool)} is deleted under {tenant.Key}");
        }

        if (found.State != "Deleting")
        {
            _pools[Key(pool)] = ("Deleting", 1);
        }

        return new(PoolCondition.InProgress, "Deleting");
    }

    private object? ApplyNamespace(PlacedTenant tenant)
    {
        var pool = $"{tenant.ClusterId}/{tenant.PoolName}";
        if (!_pools.TryGetValue(pool, out var found) || found.State == "Deleting" || found.Looks > 0)
        {
            Violations.Add($"{tenant.TenantId} is put on pool {pool}, which isn't ready");
        }

        _namespaces.TryAdd(Key(tenant), (pool, false, 1));
        return null;
    }

    private object? ApplyWorkloads(PlacedTenant tenant)
    {
        _namespaces[Key(tenant)] = _namespaces.TryGetValue(Key(tenant), out var found)
            ? found with { Workloads = true }
            : throw new NotFoundException("NamespaceNotFound", "no such namespace");
        return null;
    }

    private object? DeleteWorkloads(TenantNamespaceRef tenant)
    {
        if (_namespaces.TryGetValue(Key(tenant), out var found))
        {
            _namespaces[Key(tenant)] = found with { Workloads = false };
        }

        return null;
    }

    private AbsenceObservation DeleteNamespace(TenantNamespaceRef tenant)
    {
        if (!_namespaces.TryGetValue(Key(tenant), out var found))
        {
            return new(true, null);
        }

        if (NamespaceBlocker is null && found.Looks-- <= 0)
        {
            _namespaces.Remove(Key(tenant));
            return new(true, null);
        }

        _namespaces[Key(tenant)] = found;
        return new(false, NamespaceBlocker ?? "1 pod terminating");
    }

    private object? Publish(LifecycleEvent published)
    {
        _published.Add(published);
        return null;
    }

    private static string Key(PoolRef pool) => $"{pool.ClusterId}/{pool.Name}";

    private static string Key(PlacedTenant tenant) => $"{tenant.ClusterId}/{tenant.TenantId}.{tenant.Incarnation}";

    private static string Key(TenantNamespaceRef tenant) => $"{tenant.ClusterId}/{tenant.TenantId}.{tenant.Incarnation}";
}
