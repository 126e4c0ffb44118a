using k8s;
using k8s.Models;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Lists, watches, makes and deletes the pods of a namespace.</summary>
internal static class NamespacePods
{
    /// <summary>Whether a pod runs nothing any more and never will again.</summary>
    public static bool HasEnded(this V1Pod pod) => pod.Status?.Phase is "Succeeded" or "Failed";

    /// <summary>Whether all containers of a pod are ready, as its kubelet says.</summary>
    public static bool IsReady(this V1Pod pod) => pod.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;

    /// <summary>Makes a pod that is of no workload.</summary>
    /// <exception cref="SandboxException">The call failed.</exception>
    public static Task<V1Pod> CreatePodAsync(this ClusterConnections connections, string clusterId, V1Pod pod, CancellationToken cancellationToken) => connections.CallAsync(
        clusterId,
        $"start pod {pod.Metadata.NamespaceProperty}/{pod.Metadata.Name}",
        client => client.CoreV1.CreateNamespacedPodAsync(
            pod, pod.Metadata.NamespaceProperty, fieldManager: ServerSideApply.FieldManager, cancellationToken: cancellationToken),
        cancellationToken);

    /// <summary>Deletes a pod, and no other one that has its name now.</summary>
    /// <exception cref="SandboxException">The call failed.</exception>
    public static Task DeletePodAsync(this ClusterConnections connections, string clusterId, V1Pod pod, CancellationToken cancellationToken) => connections.DeleteAsync(
        clusterId,
        "pod",
        pod.Metadata,
        (client, body) => client.CoreV1.DeleteNamespacedPodAsync(pod.Metadata.Name, pod.Metadata.NamespaceProperty, body, cancellationToken: cancellationToken),
        cancellationToken);

    /// <param name="connections">The connections to clusters.</param>
    /// <param name="clusterId">The cluster.</param>
    /// <param name="ns">The namespace.</param>
    /// <param name="selector">A label selector; null for all pods.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SandboxException">The call failed.</exception>
    public static Task<V1PodList> ListPodsAsync(
        this ClusterConnections connections, string clusterId, string ns, string? selector, CancellationToken cancellationToken) => connections.CallAsync(
        clusterId,
        $"list pods of {ns}",
        client => client.CoreV1.ListNamespacedPodAsync(ns, labelSelector: selector, cancellationToken: cancellationToken),
        cancellationToken);

    /// <summary>Returns when some pods of a list are deleted or have ended, or the time is up.</summary>
    /// <param name="connections">The connections to clusters.</param>
    /// <param name="clusterId">The cluster.</param>
    /// <param name="ns">The namespace.</param>
    /// <param name="selector">The label selector of the list.</param>
    /// <param name="version">The list's resource version.</param>
    /// <param name="pods">Which of its pods are waited for.</param>
    /// <param name="left">How long.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SandboxException">The call failed.</exception>
    public static Task WatchUntilEndedAsync(
        this ClusterConnections connections, string clusterId, string ns, string selector, string version, IEnumerable<V1Pod> pods, TimeSpan left, CancellationToken cancellationToken)
    {
        var waitedFor = pods.Select(p => p.Metadata.Uid).ToHashSet(StringComparer.Ordinal);
        return connections.CallAsync(
            clusterId,
            $"watch pods of {ns}",
            async client =>
            {
                var events = client.CoreV1.WatchListNamespacedPodAsync(
                    ns, labelSelector: selector, resourceVersion: version, timeoutSeconds: (int)Math.Ceiling(left.TotalSeconds), cancellationToken: cancellationToken);
                await foreach (var (type, pod) in events.UntilEndAsync(cancellationToken))
                {
                    if ((type == WatchEventType.Deleted || pod.HasEnded()) && waitedFor.Remove(pod.Metadata.Uid) && waitedFor.Count == 0)
                    {
                        return true;
                    }
                }

                return false;
            },
            cancellationToken);
    }
}
