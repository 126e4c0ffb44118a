namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Why a pod's containers don't run, as the kubelet reports it.</summary>
/// <param name="EventReason">Reason of the event.</param>
/// <param name="Message">Message of the event.</param>
/// <param name="WaitingReason">Reason of the containers' waiting state.</param>
/// <param name="StateMessage">Message of that state; null for none.</param>
/// <param name="Exit">How the containers ended before; null when they never ran.</param>
internal sealed record StartFailure(string EventReason, string Message, string WaitingReason, string? StateMessage, ContainerExit? Exit = null)
{
    private const string BackOff = "back-off 5m0s restarting failed container";

    /// <summary>Null when the containers can run.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="canStart">Whether the node has the runtime that the pod asks for.</param>
    public static StartFailure? Find(StoredObject pod, bool canStart)
    {
        if (!canStart)
        {
            return BeforeContainers("FailedCreatePodSandBox", "Failed to create pod sandbox: rpc error: code = Unknown "
                + "desc = failed to get sandbox runtime: no runtime for \"kata\" is configured");
        }

        if (pod.Json.GetString("metadata", "annotations", Kubelet.WaitingReason) is { } injected)
        {
            return Injected(injected, pod.Json.GetString("metadata", "annotations", Kubelet.WaitingMessage) ?? $"{injected} (injected)");
        }

        return FindImage(pod, "missing") is { } pull ? Pull("ImagePullBackOff", $"Failed to pull image \"{pull}\": {pull}: not found")
            : FindImage(pod, "crashing") is not null ? Crash(new(1, "Error"))
            : null;
    }

    /// <summary>Returns the first image of a pod whose repository has the given name.</summary>
    public static string? FindImage(StoredObject pod, string repository) => pod.Json.GetObjects("spec", "containers")
        .Select(c => c.GetString("image")!).FirstOrDefault(i => i[(i.LastIndexOf('/') + 1)..].Split(':', '@')[0] == repository);

    private static StartFailure Injected(string code, string message) => code switch
    {
        "FailedCreatePodSandBox" or "FailedMount" or "FailedAttachVolume" => BeforeContainers(code, message),
        "CrashLoopBackOff" => Crash(new(1, "Error")),
        "OOMKilled" => Crash(new(137, "OOMKilled")),
        "StartError" => Crash(new(128, "StartError", message)),
        "ImagePullBackOff" or "ErrImagePull" => Pull(code, message),
        _ => new("Failed", message, code, message),
    };

    // The kubelet says nothing about these in the containers' states.
    private static StartFailure BeforeContainers(string reason, string message) => new(reason, message, "ContainerCreating", null);

    private static StartFailure Pull(string reason, string message) => new("Failed", message, reason, message);

    private static StartFailure Crash(ContainerExit exit) => new("BackOff", "Back-off restarting failed container", "CrashLoopBackOff", BackOff, exit);
}

/// <summary>How a container ended.</summary>
internal sealed record ContainerExit(int Code, string Reason, string? Message = null);
