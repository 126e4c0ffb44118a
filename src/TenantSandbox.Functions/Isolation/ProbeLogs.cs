using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Probe;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Kubernetes.Workloads;

namespace TenantSandbox.Functions.Isolation;

/// <summary>Reads what probes print.</summary>
internal static class ProbeLogs
{
    /// <summary>The log of a probe that has ended, and of one that prints more than a result may have, a byte too many.</summary>
    /// <exception cref="SandboxException">The call failed.</exception>
    public static async Task<string> ReadProbeAsync(this PodLogs logs, string clusterId, V1Pod pod, CancellationToken cancellationToken)
    {
        const int limit = ProbeResult.MaxBytes + 1;
        var range = new LogRange(int.MaxValue, null, IsFollowing: false, IsPrevious: false, LimitBytes: limit);
        using var stream = await logs.OpenAsync(clusterId, pod, ProbePodManifest.ContainerName, range, cancellationToken);
        return await stream.ReadTextAsync(limit, cancellationToken);
    }
}
