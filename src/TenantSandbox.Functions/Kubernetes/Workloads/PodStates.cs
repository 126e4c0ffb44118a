using k8s.Models;

namespace TenantSandbox.Functions.Kubernetes.Workloads;

/// <summary>Reads states from pods and events.</summary>
internal static class PodStates
{
    /// <summary>Longest text that is shown of the cluster; in UTF-16 code units.</summary>
    private const int MaxText = 1024;

    public static PodState Of(V1Pod pod)
    {
        var status = pod.Status;
        var containers = Containers(pod).ToList();
        var unscheduled = status?.Conditions?.FirstOrDefault(c => c is { Type: "PodScheduled", Status: "False" });
        return new(
            pod.Metadata.Name,
            status?.Phase ?? "Unknown",
            status?.Reason ?? unscheduled?.Reason,
            Shorten(status?.Message ?? unscheduled?.Message),
            pod.Spec?.NodeName,
            pod.IsReady(),
            pod.Metadata.DeletionTimestamp is not null,
            containers.Sum(c => c.Restarts),
            status?.StartTime?.ToUniversalTime(),
            containers);
    }

    public static EventState Of(Corev1Event found) => new(
        found.Type ?? "Normal",
        found.Reason ?? "",
        $"{found.InvolvedObject?.Kind}/{found.InvolvedObject?.Name}",
        Shorten(found.Message) ?? "",
        Rollouts.RolloutEvents.Count(found),
        Rollouts.RolloutEvents.At(found));

    private static IEnumerable<ContainerState> Containers(V1Pod pod)
    {
        foreach (var container in pod.Spec?.InitContainers ?? [])
        {
            yield return Of(container, pod.Status?.InitContainerStatuses, isInit: true);
        }

        foreach (var container in pod.Spec?.Containers ?? [])
        {
            yield return Of(container, pod.Status?.ContainerStatuses, isInit: false);
        }
    }

    private static ContainerState Of(V1Container container, IList<V1ContainerStatus>? statuses, bool isInit)
    {
        var status = statuses?.FirstOrDefault(s => s.Name == container.Name);
        var (state, reason, message) = status?.State switch
        {
            { Running: not null } => ("running", null, null),
            { Terminated: { } ended } => ("terminated", ended.Reason, ended.Message),
            { Waiting: { } waiting } => ("waiting", waiting.Reason, waiting.Message),
            _ => ("unknown", (string?)null, null),
        };
        return new(
            container.Name, isInit, container.Image, status?.Ready == true, status?.RestartCount ?? 0, state, reason, Shorten(message),
            (status?.State?.Running?.StartedAt ?? status?.State?.Terminated?.StartedAt)?.ToUniversalTime(),
            Of(status?.State?.Terminated), Of(status?.LastState?.Terminated));
    }

    private static TerminationState? Of(V1ContainerStateTerminated? ended) => ended is null
        ? null
        : new(ended.ExitCode, ended.Reason, Shorten(ended.Message), ended.StartedAt?.ToUniversalTime(), ended.FinishedAt?.ToUniversalTime());

    private static string? Shorten(string? text) =>
        text is not { Length: > MaxText } ? text : $"{text[..(char.IsHighSurrogate(text[MaxText - 1]) ? MaxText - 1 : MaxText)]}…";
}
