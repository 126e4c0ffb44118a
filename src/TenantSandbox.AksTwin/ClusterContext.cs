namespace TenantSandbox.AksTwin;

/// <summary>What both surfaces of one cluster share.</summary>
/// <param name="Cluster">The cluster as configured.</param>
/// <param name="Options">The whole twin's options: timing, seed, time.</param>
/// <param name="Scheduler">The only way to do something later.</param>
/// <param name="Faults">To be asked at every call, by the call's name.</param>
/// <param name="Calls">Counts every call, by the same name.</param>
/// <param name="Store">State that outlives the process; each surface has a prefix of its own.</param>
internal sealed record ClusterContext(
    TwinCluster Cluster, TwinOptions Options, TwinScheduler Scheduler, FaultScript Faults, CallCounter Calls, TwinStore Store)
{
    public DateTimeOffset Now => Options.TimeProvider.GetUtcNow();

    public string NodeResourceGroup => $"MC_{Options.ResourceGroup}_{Cluster.Name}_{Cluster.Location}";
}
