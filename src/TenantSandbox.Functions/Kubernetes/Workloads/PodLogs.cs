using k8s;
using k8s.Models;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Kubernetes.Workloads;

/// <summary>What to read of a log.</summary>
/// <param name="TailLines">At most so many lines, the last ones.</param>
/// <param name="SinceSeconds">Only lines that are not older; null for all.</param>
/// <param name="IsFollowing">Whether the stream goes on with new lines.</param>
/// <param name="IsPrevious">Whether the log of the container's former instance is wanted.</param>
/// <param name="LimitBytes">The most that the server sends; null for no limit.</param>
internal sealed record LogRange(int TailLines, int? SinceSeconds, bool IsFollowing, bool IsPrevious, int? LimitBytes);

/// <summary>Opens the logs of containers.</summary>
internal sealed class PodLogs(ClusterConnections connections)
{
    private const string DefaultContainer = "kubectl.kubernetes.io/default-container";

    /// <summary>Opens one container's log. Nothing of it is buffered or stored.</summary>
    /// <exception cref="InvalidException">There is no log now: the container waits to start, was not restarted, or does not exist.</exception>
    /// <exception cref="SandboxException">The call failed.</exception>
    public Task<ClusterStream> OpenAsync(string clusterId, V1Pod pod, string container, LogRange range, CancellationToken cancellationToken) => connections.OpenAsync(
        clusterId,
        $"read the log of container {container} of pod {pod.Metadata.Name}",
        client => client.CoreV1.ReadNamespacedPodLogWithHttpMessagesAsync(
            pod.Metadata.Name,
            pod.Metadata.NamespaceProperty,
            container: container,
            follow: range.IsFollowing,
            limitBytes: range.LimitBytes,
            previous: range.IsPrevious,
            sinceSeconds: range.SinceSeconds,
            tailLines: range.TailLines,
            cancellationToken: cancellationToken),
        cancellationToken);

    /// <summary>The container whose log is read unless another is named: the one that the pod marks as default, that of the workload's name, or the first.</summary>
    public static string DefaultOf(V1Pod pod, string workload) =>
        pod.Metadata.Annotations?.TryGetValue(DefaultContainer, out var marked) == true && Has(pod, marked) ? marked
        : pod.Spec.Containers.FirstOrDefault(c => c.Name == workload)?.Name ?? pod.Spec.Containers[0].Name;

    /// <summary>Whether the pod has a container, or an init container, of this name.</summary>
    public static bool Has(V1Pod pod, string container) => pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []).Any(c => c.Name == container);
}
