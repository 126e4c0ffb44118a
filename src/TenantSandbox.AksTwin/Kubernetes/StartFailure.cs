namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Why a container doesn't run, as the kubelet reports it.</summary>
/// <param name="EventReason">Reason of the event.</param>
/// <param name="Message">Message of the event.</param>
/// <param name="WaitingReason">Reason of the container's waiting state; null if the kubelet says nothing about it there.</param>
/// <param name="StateMessage">Message of that state; null for none.</param>
/// <param name="Exit">How the container ended before; null when it never ran.</param>
internal sealed record StartFailure(
    string EventReason, string Message, string? WaitingReason, string? StateMessage = null, ContainerExit? Exit = null)
{
    /// <summary>Why none of a pod's containers can be created; null when they can.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="hasRuntime">Whether the node has the runtime that the pod asks for.</param>
    public static StartFailure? FindForPod(JsonObject pod, bool hasRuntime)
    {
        if (!hasRuntime)
        {
            return new("FailedCreatePodSandBox", "Failed to create pod sandbox: rpc error: code = Unknown "
                + "desc = failed to get sandbox runtime: no runtime for \"kata\" is configured", null);
        }

        return Injected(pod) is ("FailedCreatePodSandBox" or "FailedMount" or "FailedAttachVolume", _) injected
            ? new(injected.Code, injected.Message, null) : null;
    }

    /// <summary>Why a container doesn't run; null when it does. Injected faults don't apply to init containers.</summary>
    public static StartFailure? FindForContainer(JsonObject pod, JsonObject container, bool isInit)
    {
        if (!isInit && Injected(pod) is { } injected)
        {
            return injected.Code switch
            {
                "CrashLoopBackOff" => Crash(ContainerExit.FromCode(1)),
                "OOMKilled" => Crash(ContainerExit.FromCode(137)),
                "StartError" => Crash(new(128, "StartError", injected.Message)),
                var code => new("Failed", injected.Message, code, injected.Message),
            };
        }

        var image = container.GetString("image");
        return IsImage(container, "missing") ? Waiting("ImagePullBackOff", $"Failed to pull image \"{image}\": {image}: not found")
            : IsImage(container, "crashing") ? Crash(ContainerExit.FromCode(1))
            : null;
    }

    /// <summary>A container that waits, with the same message in its state and in the event.</summary>
    public static StartFailure Waiting(string reason, string message) => new("Failed", message, reason, message);

    /// <summary>Whether the repository of a container's image has the given name.</summary>
    public static bool IsImage(JsonObject container, string repository)
    {
        var image = container.GetString("image") ?? "";
        return image[(image.LastIndexOf('/') + 1)..].Split(':', '@')[0] == repository;
    }

    private static (string Code, string Message)? Injected(JsonObject pod) =>
        pod.GetString("metadata", "annotations", Kubelet.WaitingReason) is { } code
            ? (code, pod.GetString("metadata", "annotations", Kubelet.WaitingMessage) ?? $"{code} (injected)") : null;

    private static StartFailure Crash(ContainerExit exit) =>
        new("BackOff", "Back-off restarting failed container", "CrashLoopBackOff", Exit: exit);
}
