namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>How a container ended.</summary>
internal sealed record ContainerExit(int Code, string Reason, string? Message = null)
{
    /// <summary>The exit with the reason that a container runtime reports for its code.</summary>
    public static ContainerExit FromCode(int code) => new(code, code switch { 0 => "Completed", 137 => "OOMKilled", _ => "Error" });
}

/// <summary>
/// How long a container runs and how it ends then. Containers of a pod that is always restarted run until it is deleted; others end
/// after <see cref="TimingProfile.ContainerRun"/> with exit code 0, as probes always do. Annotations of the pod change both, and containers whose image's
/// repository is called <c>endless</c> never end.
/// </summary>
/// <param name="Run">Null if the container never ends by itself.</param>
internal sealed record ContainerOutcome(TimeSpan? Run, ContainerExit Exit)
{
    /// <summary>Annotation of a pod with the exit code of its containers; an injected fault sets it.</summary>
    public const string ExitCode = "twin.tenantsandbox.dev/exit-code";

    /// <summary>Annotation of a pod with the number of seconds after which its containers end.</summary>
    public const string RunSeconds = "twin.tenantsandbox.dev/run-seconds";

    public static ContainerOutcome Find(JsonObject pod, JsonObject container, TimingProfile timing)
    {
        var probe = ProbeContainer.FindExit(container);
        var exit = Number(pod, ExitCode) is { } code ? ContainerExit.FromCode((int)code) : probe ?? ContainerExit.FromCode(0);
        var isServer = pod.GetString("spec", "restartPolicy") == "Always" && !IsAnnotated(pod) && probe is null;
        return isServer || StartFailure.IsImage(container, "endless") ? new(null, exit)
            : new(Number(pod, RunSeconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : timing.ContainerRun, exit);
    }

    /// <summary>Whether annotations tell how the pod's containers end.</summary>
    public static bool IsAnnotated(JsonObject pod) => Number(pod, ExitCode) is not null || Number(pod, RunSeconds) is not null;

    private static double? Number(JsonObject pod, string annotation) =>
        double.TryParse(pod.GetString("metadata", "annotations", annotation), CultureInfo.InvariantCulture, out var number)
            ? Math.Clamp(number, 0, 1e9) : null;
}
