namespace TenantSandbox.AksTwin;

/// <summary>What the ARM side and the Kubernetes side of one cluster share.</summary>
/// <param name="Cluster">The configured cluster.</param>
/// <param name="Options">The whole twin's options: timing, seed, time.</param>
/// <param name="Scheduler">Runs delayed actions on the twin's clock.</param>
/// <param name="InjectedFaults">Consulted once per call, with the call's name.</param>
/// <param name="Calls">Counts every call under the same name.</param>
/// <param name="Store">Persistent state. ARM and Kubernetes use key prefixes of their own.</param>
internal sealed record ClusterContext(
    TwinCluster Cluster, TwinOptions Options, TwinScheduler Scheduler, InjectedFaults InjectedFaults, CallCounter Calls, TwinStore Store)
{
    public DateTimeOffset Now => Options.TimeProvider.GetUtcNow();

    public string NodeResourceGroup => $"MC_{Options.ResourceGroup}_{Cluster.Name}_{Cluster.Location}";
}
