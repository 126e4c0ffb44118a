namespace TenantSandbox.Functions;

/// <summary>Names of the activity functions. Histories store them, so a name must never change its meaning.</summary>
internal static class ActivityNames
{
    /// <summary><c>ClusterQuery</c> to <c>ClusterCandidates</c>. Fails as invalid when no configured cluster matches.</summary>
    public const string SelectClusters = nameof(SelectClusters);

    /// <summary><c>PoolRef</c> to <c>PoolObservation</c>. An idempotent PUT that doesn't wait for the pool; not ours if another pool has the name.</summary>
    public const string EnsurePool = nameof(EnsurePool);

    /// <summary><c>PoolRef</c> to <c>PoolObservation</c>.</summary>
    public const string ReadPool = nameof(ReadPool);

    /// <summary><c>PoolRef</c> to <c>PoolObservation</c>: absent, or in progress until the pool is deleted.</summary>
    public const string DeletePool = nameof(DeletePool);

    /// <summary><c>PoolPageQuery</c> to <c>PoolPage</c>: one page of all agent pools of a cluster.</summary>
    public const string ListPools = nameof(ListPools);

    /// <summary><c>PoolRef</c> to <c>PoolObservation</c>: adds the installation's tag to a pool that an older version made.</summary>
    public const string TagPool = nameof(TagPool);

    /// <summary><c>InstanceQuery</c> to <c>EndedInstances</c>: which orchestrations have ended or don't exist.</summary>
    public const string FindEndedInstances = nameof(FindEndedInstances);

    /// <summary>
    /// <c>BaselineRequest</c> to <c>BaselineReport</c>: applies what a cluster needs before tenants are placed there, and repairs what differs.
    /// </summary>
    public const string ApplyClusterBaseline = nameof(ApplyClusterBaseline);

    /// <summary><c>PlacedTenant</c> without a pool to <c>AdmissionAnswer</c>: a dry run of the tenant's objects.</summary>
    public const string CheckAdmission = nameof(CheckAdmission);

    /// <summary><c>PlacedTenant</c>: the namespace and its guardrails, by server-side apply.</summary>
    public const string ApplyNamespace = nameof(ApplyNamespace);

    /// <summary>
    /// <c>PlacedTenant</c> to <c>RolloutObservation</c>: the objects of workloads, ConfigMaps and claims, by server-side apply; deletes those that
    /// the spec doesn't have, but no claim. Null unless all workloads are available at once, and in histories of earlier versions.
    /// </summary>
    public const string ApplyWorkloads = nameof(ApplyWorkloads);

    /// <summary><c>PlacedTenant</c> to <c>RolloutObservation</c>: a bounded watch.</summary>
    public const string WatchRollout = nameof(WatchRollout);

    /// <summary><c>PlacedTenant</c>: no replicas, by server-side apply; namespace, guardrails, Services and routes stay.</summary>
    public const string SuspendWorkloads = nameof(SuspendWorkloads);

    /// <summary><c>PlacedTenant</c> to <c>SuspensionObservation</c>: a bounded watch until no pod is left.</summary>
    public const string WatchSuspension = nameof(WatchSuspension);

    /// <summary><c>TenantNamespaceRef</c>: deletes the objects of workloads and ConfigMaps; succeeds if there are none.</summary>
    public const string DeleteWorkloads = nameof(DeleteWorkloads);

    /// <summary><c>TenantNamespaceRef</c> to <c>AbsenceObservation</c>: requests deletion and reports what blocks it. Volumes that must outlive it are made to.</summary>
    public const string DeleteNamespace = nameof(DeleteNamespace);

    /// <summary><c>TenantNamespaceRef</c> to <c>AbsenceObservation</c>: a read that changes nothing.</summary>
    public const string ReadNamespaceAbsence = nameof(ReadNamespaceAbsence);

    /// <summary><c>PoolRef</c> to <c>PoolPods</c>: the tenants' pods on the pool's nodes. A read that changes nothing.</summary>
    public const string ReadPoolPods = nameof(ReadPoolPods);

    /// <summary><c>InspectionPage</c> to <c>InspectionReport</c>: compares tenants with what runs. A read that changes nothing.</summary>
    public const string InspectTenants = nameof(InspectTenants);

    /// <summary><c>NamespaceQuery</c> to <c>NamespacePage</c>: the namespaces with this installation's labels.</summary>
    public const string ListTenantNamespaces = nameof(ListTenantNamespaces);

    /// <summary><c>FinalizerRemoval</c> to <c>RemovedFinalizers</c>: removes the named finalizers of a terminating namespace and of what is in it.</summary>
    public const string RemoveFinalizers = nameof(RemoveFinalizers);

    /// <summary><c>VerificationInput</c> to <c>ProbeStart</c>: starts a probe pod on each node that the tenant uses, deletes those of earlier verifications, and watches for a bounded time.</summary>
    public const string StartProbes = nameof(StartProbes);

    /// <summary><c>VerificationInput</c> to <c>ProbeObservation</c>: a bounded watch until the probe pods have ended.</summary>
    public const string WatchProbes = nameof(WatchProbes);

    /// <summary><c>VerificationInput</c> to <c>IsolationVerdict</c>: reads what isolation depends on, judges it and writes the report.</summary>
    public const string JudgeIsolation = nameof(JudgeIsolation);

    /// <summary><c>TenantNamespaceRef</c>: deletes every probe pod of the tenant; succeeds if there is none.</summary>
    public const string DeleteProbes = nameof(DeleteProbes);

    /// <summary><c>PlacedTenant</c> to <c>ClosedNetwork</c>: denies every connection of the tenant's pods, and deletes the policies that allow any.</summary>
    public const string CloseNetwork = nameof(CloseNetwork);

    /// <summary><c>TenantSpec</c> to <c>SpecRef</c>: only for specs in states of version 1; doors save specs before they submit.</summary>
    public const string SaveSpec = nameof(SaveSpec);

    /// <summary><c>SpecQuery</c> to <c>FoundSpecs</c>: which specs are stored, and what placement needs of them.</summary>
    public const string FindSpecs = nameof(FindSpecs);

    /// <summary><c>LifecycleEvent</c>: publishes it to the topic.</summary>
    public const string PublishEvent = nameof(PublishEvent);

    /// <summary><c>PageRequest</c> to <c>PageResult</c>: compares a page of tenants with their clusters and reports to each tenant.</summary>
    public const string ReconcileTenantPage = nameof(ReconcileTenantPage);

    /// <summary><c>PageRequest</c> to <c>PageResult</c>: tells the tenants of a page that are past their expiry.</summary>
    public const string ExpireTenantPage = nameof(ExpireTenantPage);

    /// <summary><c>PageRequest</c> to <c>PageResult</c>: settles the lost operations of a page of tenants.</summary>
    public const string SettleTenantPage = nameof(SettleTenantPage);

    /// <summary><c>PageRequest</c> to <c>PageResult</c>: reduces the states of a page of tenants that were offboarded long ago.</summary>
    public const string TrimTenantPage = nameof(TrimTenantPage);

    /// <summary><c>PageRequest</c> to <c>PageResult</c>: deletes finished orchestrations.</summary>
    public const string PurgeInstances = nameof(PurgeInstances);

    /// <summary><c>PageRequest</c> to <c>PageResult</c>: deletes stored specs that nothing refers to.</summary>
    public const string DeleteUnusedSpecs = nameof(DeleteUnusedSpecs);

    /// <summary><c>PageRequest</c> to <c>PageResult</c>: deletes isolation reports that are older than their retention.</summary>
    public const string DeleteOldReports = nameof(DeleteOldReports);

    /// <summary><c>InventoryRequest</c> to <c>InventoryPage</c>: what nothing owns in a cluster.</summary>
    public const string TakeInventory = nameof(TakeInventory);

    /// <summary><c>SweepRequest</c> to <c>PageResult</c>: reports or deletes what still has no owner.</summary>
    public const string SweepOrphans = nameof(SweepOrphans);

    /// <summary><c>RebuildRequest</c> to <c>PageResult</c>: restores the tenants of one page of namespaces.</summary>
    public const string RebuildPage = nameof(RebuildPage);
}
