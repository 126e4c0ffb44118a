using Microsoft.AspNetCore.Http;

namespace TenantSandbox.AksTwin;

/// <summary>The Kubernetes API of one cluster: it answers every request that reaches the cluster's port, and hosts its nodes.</summary>
public interface IClusterApi : INodeHost, IDisposable
{
    Task HandleAsync(HttpContext http);
}

/// <summary>What both surfaces of one cluster share.</summary>
/// <param name="Cluster">The cluster as configured.</param>
/// <param name="Options">The whole twin's options: timing, seed, time.</param>
/// <param name="Scheduler">The only way to do something later.</param>
/// <param name="Faults">To be asked at every call, by the call's name.</param>
/// <param name="Calls">Counts every call, by the same name.</param>
/// <param name="Store">State that outlives the process; keys of the Kubernetes side start with <c>kube/{cluster}/</c>.</param>
public sealed record ClusterContext(
    TwinCluster Cluster,
    TwinOptions Options,
    TwinScheduler Scheduler,
    FaultScript Faults,
    CallCounter Calls,
    TwinStore Store)
{
    public DateTimeOffset Now => Options.TimeProvider.GetUtcNow();
}
