using k8s.Models;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Kubernetes.Rollouts;

/// <summary>Finds why a pod isn't ready.</summary>
internal static class PodCauses
{
    private static readonly string[] NotStarted = ["ContainerCreating", "PodInitializing"];

    /// <summary>The cause; null when the pod is ready, is being deleted, or only needs time.</summary>
    public static RolloutCause? Of(V1Pod pod, RolloutFacts facts)
    {
        if (pod.Metadata.DeletionTimestamp is not null || pod.IsReady() || pod.Status?.Phase == "Succeeded")
        {
            return null;
        }

        return Node(pod, facts) ?? Ended(pod) ?? Scheduling(pod, facts) ?? Containers(pod, facts) ?? NotYetStarted(pod, facts) ?? Readiness(pod, facts);
    }

    /// <summary>Whether events are needed to find the cause: states alone don't tell.</summary>
    public static bool NeedsEvents(V1Pod pod) =>
        pod.Metadata.DeletionTimestamp is null && !pod.IsReady() && !pod.HasEnded()
        && Statuses(pod).All(s => s.State?.Waiting?.Reason is null or "ImagePullBackOff" or "ErrImagePull" or "ContainerCreating" or "PodInitializing");

    private static RolloutCause? Node(V1Pod pod, RolloutFacts facts)
    {
        if (facts.FindUnreadyNode(pod) is not { } node)
        {
            return null;
        }

        var ready = RolloutFacts.ReadyCondition(node);
        return new(
            $"Node/{node.Metadata.Name}", "NodeNotReady", ErrorClass.Transient, IsFinal: false, CauseRank.Node,
            $"node {node.Metadata.Name} of pod {pod.Metadata.Name}: {ready?.Message ?? ready?.Reason ?? "not ready"}",
            At: ready?.LastTransitionTime?.ToUniversalTime());
    }

    // The kubelet or the node ended the pod; its controller makes another.
    private static RolloutCause? Ended(V1Pod pod) => pod.Status is { Phase: "Failed", Reason: { Length: > 0 } reason } status
        ? new(Name(pod), reason, CauseTexts.ClassOfEviction(status.Message ?? ""), IsFinal: false, CauseRank.Program, status.Message ?? "")
        : null;

    private static RolloutCause? Scheduling(V1Pod pod, RolloutFacts facts)
    {
        var scheduled = pod.Status?.Conditions?.FirstOrDefault(c => c is { Type: "PodScheduled", Status: "False" });
        if (scheduled is null)
        {
            return null;
        }

        var message = scheduled.Message is { Length: > 0 } text ? text : facts.Newest(pod.Metadata, "FailedScheduling")?.Message ?? "";
        return new(
            Name(pod), scheduled.Reason ?? "Unschedulable", ErrorClass.Capacity, IsFinal: false, CauseRank.Scheduling, message,
            At: scheduled.LastTransitionTime?.ToUniversalTime());
    }

    private static RolloutCause? Containers(V1Pod pod, RolloutFacts facts) =>
        Statuses(pod).Select(s => Waiting(pod, s, facts) ?? Terminated(pod, s, s.State?.Terminated)).OfType<RolloutCause>().MinBy(c => c.Rank);

    private static RolloutCause? Waiting(V1Pod pod, V1ContainerStatus status, RolloutFacts facts)
    {
        var message = status.State?.Waiting?.Message ?? "";
        return status.State?.Waiting?.Reason switch
        {
            null or "" => null,
            var reason when NotStarted.Contains(reason, StringComparer.Ordinal) => null,
            "ImagePullBackOff" or "ErrImagePull" => Pull(pod, status, message, facts),
            var reason and ("InvalidImageName" or "ErrImageNeverPull" or "CreateContainerConfigError") =>
                new(Name(pod), reason, ErrorClass.Invalid, IsFinal: true, CauseRank.Final, message),
            "CrashLoopBackOff" when Terminated(pod, status, status.LastState?.Terminated) is { } ended => ended,
            "CrashLoopBackOff" => new(
                Name(pod), "CrashLoopBackOff", ErrorClass.Invalid, IsFinal: false, CauseRank.Program,
                $"container {status.Name} was restarted {status.RestartCount} times: {message}", Math.Max(1, status.RestartCount)),
            var reason => new(Name(pod), reason, CauseTexts.ClassOfStart(message), IsFinal: false, CauseRank.Start, message),
        };
    }

    // Only images that can't exist or can't be pulled with these rights are final.
    private static RolloutCause Pull(V1Pod pod, V1ContainerStatus status, string message, RolloutFacts facts)
    {
        var pull = facts.Newest(pod.Metadata, "Failed");
        var text = CauseTexts.ClassOfPull(message) is null && pull?.Message is { Length: > 0 } cause && cause.Contains("pull", StringComparison.OrdinalIgnoreCase)
            ? cause
            : message;
        var isFinal = CauseTexts.ClassOfPull(text) == ErrorClass.Invalid && status.State.Waiting.Reason == "ImagePullBackOff";
        return new(
            Name(pod), status.State.Waiting.Reason, CauseTexts.ClassOfPull(text) ?? ErrorClass.Transient, isFinal,
            isFinal ? CauseRank.Final : CauseRank.Image, text, pull is null ? 1 : RolloutEvents.Count(pull), pull is null ? null : RolloutEvents.At(pull));
    }

    // The message of a container that ran is the tenant's own text (its termination log), so it isn't repeated.
    private static RolloutCause? Terminated(V1Pod pod, V1ContainerStatus status, V1ContainerStateTerminated? ended)
    {
        if (ended is null)
        {
            return null;
        }

        var at = ended.FinishedAt?.ToUniversalTime();
        var restarts = Math.Max(1, status.RestartCount);
        return ended.Reason switch
        {
            "OOMKilled" => new(
                Name(pod), "OOMKilled", ErrorClass.Invalid, IsFinal: false, CauseRank.Program,
                $"container {status.Name} needed more than its memory limit (exit code {ended.ExitCode}); restarted {status.RestartCount} times", restarts, at),
            var reason and ("StartError" or "ContainerCannotRun") => new(
                Name(pod), reason, CauseTexts.ClassOfStart(ended.Message ?? ""), IsFinal: false, CauseRank.Start, ended.Message ?? "", restarts, at),
            // A pod that isn't restarted has failed; its Job may make another.
            var reason when pod.Status?.Phase == "Failed" => new(
                Name(pod), reason ?? "Error", ErrorClass.Invalid, IsFinal: false, CauseRank.Program,
                $"container {status.Name} ended with exit code {ended.ExitCode}", 1, at),
            var reason => new(
                Name(pod), "CrashLoopBackOff", ErrorClass.Invalid, IsFinal: false, CauseRank.Program,
                $"container {status.Name} ended with exit code {ended.ExitCode} ({reason ?? "no reason"}); restarted {status.RestartCount} times", restarts, at),
        };
    }

    private static RolloutCause? NotYetStarted(V1Pod pod, RolloutFacts facts)
    {
        if (pod.Spec?.NodeName is not { Length: > 0 } || Statuses(pod).Any(s => s.State?.Running is not null))
        {
            return null;
        }

        return facts.Newest(pod.Metadata, "FailedCreatePodSandBox") is { } sandbox ? FromEvent(pod, sandbox, ErrorClass.Transient, CauseRank.Sandbox)
            : facts.Newest(pod.Metadata, "FailedMount", "FailedAttachVolume") is { } mount ? FromEvent(pod, mount, ErrorClass.Transient, CauseRank.Mount)
            : null;
    }

    private static RolloutCause? Readiness(V1Pod pod, RolloutFacts facts) =>
        Statuses(pod).Any(s => s is { Ready: false, State.Running: not null }) && facts.Newest(pod.Metadata, "Unhealthy") is { } probe
            ? FromEvent(pod, probe, ErrorClass.Invalid, CauseRank.Readiness) with { Message = CauseTexts.WithoutProgramOutput(probe.Message ?? "") }
            : null;

    private static RolloutCause FromEvent(V1Pod pod, Corev1Event found, ErrorClass errorClass, CauseRank rank) => new(
        Name(pod), found.Reason, errorClass, IsFinal: false, rank, found.Message ?? "", RolloutEvents.Count(found), RolloutEvents.At(found));

    private static IEnumerable<V1ContainerStatus> Statuses(V1Pod pod) =>
    [
        // Where containers are meant to end, those that ended well explain nothing.
        .. pod.Status?.ContainerStatuses?.Where(s => pod.Spec?.RestartPolicy is null or "Always" || s.State?.Terminated?.ExitCode is not 0) ?? [],
        .. pod.Status?.InitContainerStatuses?.Where(s => s.State?.Terminated?.ExitCode is not 0) ?? [],
    ];

    private static string Name(V1Pod pod) => $"Pod/{pod.Metadata.Name}";
}
