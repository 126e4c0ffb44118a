using k8s.Models;

namespace TenantSandbox.Functions.Kubernetes.Rollouts;

/// <summary>What was read about a rollout besides the objects that make its pods.</summary>
/// <param name="Pods">The tenant's pods.</param>
/// <param name="Events">Warnings in its namespace; empty when they were not needed.</param>
/// <param name="Nodes">The nodes of its pool; empty when they were not needed.</param>
internal sealed record RolloutFacts(IReadOnlyList<V1Pod> Pods, IReadOnlyList<Corev1Event> Events, IReadOnlyList<V1Node> Nodes)
{
    /// <summary>The newest warning about an object with one of these reasons; null when there is none.</summary>
    public Corev1Event? Newest(V1ObjectMeta about, params ReadOnlySpan<string> reasons)
    {
        Corev1Event? newest = null;
        foreach (var found in Events)
        {
            if (found.InvolvedObject?.Uid == about.Uid && reasons.Contains(found.Reason)
                && (newest is null || RolloutEvents.At(found) >= RolloutEvents.At(newest)))
            {
                newest = found;
            }
        }

        return newest;
    }

    /// <summary>The pod's node if it is known and not ready.</summary>
    public V1Node? FindUnreadyNode(V1Pod pod) => pod.Spec?.NodeName is { } name
        ? Nodes.FirstOrDefault(n => n.Metadata.Name == name && ReadyCondition(n) is { Status: not "True" })
        : null;

    public static V1NodeCondition? ReadyCondition(V1Node node) => node.Status?.Conditions?.FirstOrDefault(c => c.Type == "Ready");
}

/// <summary>Times and counts of events, which depend on the API that their reporter uses.</summary>
internal static class RolloutEvents
{
    public static DateTimeOffset? At(Corev1Event found) =>
        (found.LastTimestamp ?? found.Series?.LastObservedTime ?? found.EventTime ?? found.FirstTimestamp ?? found.Metadata?.CreationTimestamp)?.ToUniversalTime();

    public static int Count(Corev1Event found) => found.Count ?? found.Series?.Count ?? 1;
}
