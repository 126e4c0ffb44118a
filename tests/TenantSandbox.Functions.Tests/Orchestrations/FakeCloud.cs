using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Azure.Arm;
using TenantSandbox.Functions.Azure.EventGrid;
using TenantSandbox.Functions.Isolation;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Baseline;
using TenantSandbox.Functions.Pools;
using TenantSandbox.Functions.Specs;
using TenantSandbox.Testing;

namespace TenantSandbox.Functions.Tests.Orchestrations;

/// <summary>Fakes of all activities on one model of ARM and Kubernetes: pools, namespaces and events. Records violations of the app's invariants.</summary>
internal sealed partial class FakeCloud
{
    public static readonly OperationTiming Timing = new(5, 60, 1800, 1800, 900, 900);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _calls = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FakePool> _pools = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FakeNamespace> _namespaces = new(StringComparer.Ordinal);
    private readonly List<LifecycleEvent> _published = [];

    public List<InjectedFailure> Failures { get; } = [];

    /// <summary>What a cluster's API server refuses of every tenant, by cluster.</summary>
    public Dictionary<string, string[]> Refusals { get; } = new(StringComparer.Ordinal);

    /// <summary>The clusters that can be selected, the preferred one first.</summary>
    public List<ClusterTarget> Clusters { get; } = [Cluster("aks1")];

    /// <summary>The final state of new pools, by cluster; ready by default.</summary>
    public Dictionary<string, PoolObservation> PoolResults { get; } = new(StringComparer.Ordinal);

    /// <summary>Why namespaces can't be deleted; null when they can.</summary>
    public string? NamespaceBlocker { get; set; }

    /// <summary>The result of every watch of a rollout.</summary>
    public RolloutObservation Rollout { get; set; } = new(RolloutCondition.Ready, "all available");

    /// <summary>Whether applying the workloads sees the result of the watch already.</summary>
    public bool IsReadyAtOnce { get; set; }

    /// <summary>The result of every watch of a suspension.</summary>
    public SuspensionObservation Suspension { get; set; } = new(true, "no pods left");

    /// <summary>Violations of invariants: calls that the app must never make.</summary>
    public List<string> Violations { get; } = [];

    public IReadOnlyCollection<string> Pools => _pools.Keys;

    public IReadOnlyCollection<string> Namespaces => _namespaces.Keys;

    /// <summary>Published events, each id once, as a subscriber sees them that drops repeated ids.</summary>
    public IReadOnlyList<LifecycleEvent> Events => [.. _published.DistinctBy(e => e.Id)];

    public static ClusterTarget Cluster(string id) => new(
        id, "westeurope", new("Standard_D4s_v5", "KataVmIsolation", "AzureLinux", 1, 3, 30, 12_000, 4_000, KataSizing.Documented, []), Timing);

    public int CallsOf(string activity) => _calls.GetValueOrDefault(activity);

    public void AddActivitiesTo(InProcessTaskHub hub)
    {
        Add<ClusterQuery, ClusterCandidates>(ActivityNames.SelectClusters, _ => new([.. Clusters]));
        Add<PoolRef, PoolObservation>(ActivityNames.EnsurePool, EnsurePool);
        Add<PoolRef, PoolObservation>(ActivityNames.ReadPool, ReadPool);
        Add<PoolRef, PoolObservation>(ActivityNames.DeletePool, DeletePool);
        Add<PoolPageQuery, PoolPage>(ActivityNames.ListPools, ListPools);
        Add<PoolRef, PoolObservation>(ActivityNames.TagPool, TagPool);
        Add<InstanceQuery, EndedInstances>(ActivityNames.FindEndedInstances, query => new([.. query.InstanceIds.Where(EndedInstances.Contains)]));
        Add<BaselineRequest, BaselineReport>(ActivityNames.ApplyClusterBaseline, ApplyBaseline);
        Add<PlacedTenant, AdmissionAnswer>(ActivityNames.CheckAdmission, CheckAdmission);
        Add<PlacedTenant, object?>(ActivityNames.ApplyNamespace, ApplyNamespace);
        Add<PlacedTenant, RolloutObservation?>(ActivityNames.ApplyWorkloads, ApplyWorkloads);
        Add<PlacedTenant, RolloutObservation>(ActivityNames.WatchRollout, tenant => Watch(tenant));
        Add<TenantNamespaceRef, object?>(ActivityNames.DeleteWorkloads, DeleteWorkloads);
        Add<TenantNamespaceRef, AbsenceObservation>(ActivityNames.DeleteNamespace, DeleteNamespace);
        Add<TenantNamespaceRef, AbsenceObservation>(ActivityNames.ReadNamespaceAbsence, ReadNamespaceAbsence);
        Add<PlacedTenant, object?>(ActivityNames.SuspendWorkloads, SuspendWorkloads);
        Add<PlacedTenant, SuspensionObservation>(ActivityNames.WatchSuspension, _ => Suspension);
        Add<PoolRef, PoolPods>(ActivityNames.ReadPoolPods, ReadPoolPods);
        Add<InspectionPage, InspectionReport>(ActivityNames.InspectTenants, InspectTenants);
        Add<NamespaceQuery, NamespacePage>(ActivityNames.ListTenantNamespaces, ListTenantNamespaces);
        Add<FinalizerRemoval, RemovedFinalizers>(ActivityNames.RemoveFinalizers, RemoveFinalizers);
        Add<TenantSpec, SpecRef>(ActivityNames.SaveSpec, SaveSpec);
        Add<SpecQuery, FoundSpecs>(ActivityNames.FindSpecs, FindSpecs);
        Add<LifecycleEvent, object?>(ActivityNames.PublishEvent, Publish);
        Add<VerificationInput, ProbeStart>(ActivityNames.StartProbes, StartProbes);
        Add<VerificationInput, ProbeObservation>(ActivityNames.WatchProbes, WatchProbes);
        Add<VerificationInput, IsolationVerdict>(ActivityNames.JudgeIsolation, JudgeIsolation);
        Add<TenantNamespaceRef, object?>(ActivityNames.DeleteProbes, DeleteProbes);
        Add<PlacedTenant, ClosedNetwork>(ActivityNames.CloseNetwork, CloseNetwork);
        AddMaintenanceTo(hub);

        void Add<TInput, TOutput>(string name, Func<TInput, TOutput> run) =>
            hub.AddActivity<TInput, TOutput>(name, input => Call(name, () => run(input)));
    }

    private T Call<T>(string activity, Func<T> run)
    {
        lock (_lock)
        {
            var call = _calls[activity] = CallsOf(activity) + 1;
            var failure = Failures.Find(f => f.Hits(activity, call));
            if (failure is { IsAfterCall: false })
            {
                throw failure.ToException();
            }

            var result = run();
            return failure is null ? result : throw failure.ToException();
        }
    }

    private PoolObservation EnsurePool(PoolRef pool) =>
        OtherPools.Contains(Key(pool)) ? new(PoolCondition.NotOurs, "not made by this system")
        : _pools.TryAdd(Key(pool), new(pool, IsDeleting: false, RemainingPolls: 2)) ? new(PoolCondition.InProgress, "Creating")
        : Observe(pool);

    private PoolObservation ReadPool(PoolRef pool)
    {
        if (_pools.TryGetValue(Key(pool), out var found))
        {
            _pools[Key(pool)] = found with { RemainingPolls = found.RemainingPolls - 1 };
            if (found is { IsDeleting: true, RemainingPolls: <= 1 } && !DeletionFailures.ContainsKey(Key(pool)))
            {
                _pools.Remove(Key(pool));
            }
        }

        return Observe(pool);
    }

    private PoolObservation Observe(PoolRef pool) => _pools.GetValueOrDefault(Key(pool)) switch
    {
        null when OtherPools.Contains(Key(pool)) => new(PoolCondition.NotOurs, "not made by this system"),
        null => new(PoolCondition.Absent, "not found"),
        { IsDeleting: true } when DeletionFailures.TryGetValue(Key(pool), out var failure) => failure,
        { IsDeleting: true } => new(PoolCondition.InProgress, "Deleting", IsDeleting: true),
        { RemainingPolls: > 0 } => new(PoolCondition.InProgress, "Creating"),
        _ when PoolStates.TryGetValue(Key(pool), out var state) => state,
        _ => PoolResults.GetValueOrDefault(pool.ClusterId) ?? new(PoolCondition.Ready, "Succeeded", ResourceId: $"/{Key(pool)}"),
    };

    private PoolObservation DeletePool(PoolRef pool)
    {
        if (!_pools.TryGetValue(Key(pool), out var found))
        {
            return new(PoolCondition.Absent, "not found");
        }

        foreach (var (tenant, _) in _namespaces.Where(n => n.Value.Uses(Key(pool))))
        {
            Violations.Add($"pool {Key(pool)} is deleted while {tenant} uses it");
        }

        if (!found.IsDeleting)
        {
            _pools[Key(pool)] = found with { IsDeleting = true, RemainingPolls = 1 };
        }

        return new(PoolCondition.InProgress, "Deleting");
    }

    private object? ApplyNamespace(PlacedTenant tenant)
    {
        var pool = $"{tenant.ClusterId}/{tenant.PoolName}";
        // In a pool that a person deleted, pods only wait.
        if (_pools.GetValueOrDefault(pool) is { } used && (used.IsDeleting || used.RemainingPolls > 0 || (used.Pool.DedicatedTo ?? tenant.TenantId) != tenant.TenantId))
        {
            Violations.Add($"{tenant.TenantId} is placed in pool {pool}, which isn't ready or is another's: {used}");
        }

        _closed.Remove(Key(tenant));
        _namespaces[Key(tenant)] = _namespaces.TryGetValue(Key(tenant), out var found)
            ? found with { Tenant = tenant, Pool = pool, FormerPool = FormerPoolOf(tenant), IsSuspended = tenant.PoolName is null && found.IsSuspended }
            : new(tenant, pool, RemainingPolls: 1, FormerPool: FormerPoolOf(tenant));
        return null;
    }

    private RolloutObservation? ApplyWorkloads(PlacedTenant tenant) =>
        _namespaces.ContainsKey(Key(tenant)) ? IsReadyAtOnce && Rollout.Condition == RolloutCondition.Ready ? Rollout : null : throw new NotFoundException("NamespaceNotFound", $"The namespace {Key(tenant)} does not exist.");

    private object? DeleteWorkloads(TenantNamespaceRef tenant) => null;

    private AbsenceObservation DeleteNamespace(TenantNamespaceRef tenant)
    {
        if (!_namespaces.TryGetValue(Key(tenant), out var found))
        {
            return new(true, null);
        }

        if (NamespaceBlocker is null && found.RemainingPolls <= 0)
        {
            _namespaces.Remove(Key(tenant));
            return new(true, null, Volumes.GetValueOrDefault(tenant.ClusterId));
        }

        _namespaces[Key(tenant)] = found with { RemainingPolls = found.RemainingPolls - 1 };
        return new(false, NamespaceBlocker ?? "1 pod terminating");
    }

    private AbsenceObservation ReadNamespaceAbsence(TenantNamespaceRef tenant) =>
        _namespaces.ContainsKey(Key(tenant)) ? new(false, "still there") : new(true, null);

    private object? Publish(LifecycleEvent published)
    {
        _published.Add(published);
        return null;
    }

    private static string Key(PoolRef pool) => $"{pool.ClusterId}/{pool.Name}";

    private static string Key(PlacedTenant tenant) => $"{tenant.ClusterId}/{tenant.TenantId}.{tenant.Incarnation}";

    private static string Key(TenantNamespaceRef tenant) => $"{tenant.ClusterId}/{tenant.TenantId}.{tenant.Incarnation}";

    private sealed record FakePool(PoolRef Pool, bool IsDeleting, int RemainingPolls);

    private sealed record FakeNamespace(PlacedTenant Tenant, string Pool, int RemainingPolls, bool IsSuspended = false, string? FormerPool = null)
    {
        public bool Uses(string pool) => Pool == pool || FormerPool == pool;
    }
}
