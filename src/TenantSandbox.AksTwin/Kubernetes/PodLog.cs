namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>A line of a container's log.</summary>
/// <param name="At">When it was written.</param>
/// <param name="Text">The line without its end.</param>
internal readonly record struct PodLogLine(DateTimeOffset At, string Text);

/// <summary>
/// Simulated container logs. They contain the kernel version, which for a Kata pod is the guest's, and a line for every second that the
/// container has run; the log of a container whose command contains <c>uname</c> consists of the kernel version alone, that of a probe of its
/// result.
/// </summary>
/// <param name="Started">When the container started.</param>
/// <param name="Ended">When it ended; null while it runs.</param>
/// <param name="First">The lines that it wrote at its start.</param>
/// <param name="HasTicks">Whether it writes a line every second.</param>
internal sealed record PodLog(DateTimeOffset Started, DateTimeOffset? Ended, IReadOnlyList<string> First, bool HasTicks)
{
    /// <summary>The kubelet rotates logs; here it keeps this many lines.</summary>
    public const int MaxLines = 1000;

    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>The log of the container that a request names.</summary>
    /// <exception cref="StatusException">There is none, in the API server's words.</exception>
    public static PodLog Find(Cluster cluster, StoredObject pod, ApiRequest call)
    {
        var names = pod.Json.GetObjects("spec", "containers").Select(c => c.GetString("name")!).ToList();
        var initNames = pod.Json.GetObjects("spec", "initContainers").Select(c => c.GetString("name")).ToList();
        var (requested, suffix) = (call.GetQuery("container"), $"for pod {pod.Key.Name}");
        var name = requested.Length > 0 || names.Count > 1 ? requested : names[0];
        if (name.Length == 0)
        {
            throw StatusException.BadRequest($"a container name must be specified {suffix}, choose one of: [{string.Join(' ', names)}]"
                + (initNames.Count == 0 ? "" : $" or one of the init containers: [{string.Join(' ', initNames)}]"));
        }

        var container = pod.Json.GetObjects("spec", "containers").Concat(pod.Json.GetObjects("spec", "initContainers"))
            .FirstOrDefault(c => c.GetString("name") == name)
            ?? throw StatusException.BadRequest($"container {name} is not valid {suffix}");
        var status = pod.Json.GetObjects("status", "containerStatuses").Concat(pod.Json.GetObjects("status", "initContainerStatuses"))
            .FirstOrDefault(s => s.GetString("name") == name);
        if (pod.NodeName is null)
        {
            throw StatusException.BadRequest($"pod {pod.Key.Name} does not have a host assigned");
        }

        var title = $"container \"{name}\" in pod \"{pod.Key.Name}\"";
        var isPrevious = call.GetQueryFlag("previous");
        var last = status.GetObject("lastState");
        if (isPrevious && last.GetTime("terminated", "startedAt") is null)
        {
            throw StatusException.BadRequest($"previous terminated {title} not found");
        }

        // A container that waits to be restarted shows how it ended.
        var state = isPrevious || status.GetObject("state").GetString("waiting", "reason") == "CrashLoopBackOff" ? last : status.GetObject("state");
        var started = state.GetTime("running", "startedAt") ?? state.GetTime("terminated", "startedAt") ?? throw StatusException.BadRequest(
            $"{title} is waiting to start: {state.GetString("waiting", "reason") ?? "ContainerCreating"}");
        return Of(cluster, pod, container, started, state.GetTime("terminated", "finishedAt"));
    }

    /// <summary>The lines that are written by a time and not rotated away, oldest first.</summary>
    public IEnumerable<PodLogLine> Lines(DateTimeOffset now)
    {
        var ticks = HasTicks ? (long)(((Ended ?? now) - Started) / Interval) : 0;
        for (var i = Math.Max(0, First.Count + ticks - MaxLines); i < First.Count + ticks; i++)
        {
            var seconds = i - First.Count + 1;
            yield return i < First.Count ? new(Started, First[(int)i]) : new(Started + (seconds * Interval), $"up for {seconds} s");
        }
    }

    private static PodLog Of(Cluster cluster, StoredObject pod, JsonObject container, DateTimeOffset started, DateTimeOffset? ended)
    {
        if (cluster.ProbeLogs.Find(pod, container, started) is { } probe)
        {
            return new(started, ended, probe, HasTicks: false);
        }

        var node = cluster.Store.Find(Kinds.Nodes, "", pod.NodeName!)?.Json;
        var kernel = Kubelet.IsKata(cluster.Store, pod)
            ? Kubelet.KataGuestKernel
            : node.GetString("status", "nodeInfo", "kernelVersion") ?? "";
        var command = container.GetStrings("command").Concat(container.GetStrings("args"));
        return command.Any(c => c.Contains("uname", StringComparison.Ordinal))
            ? new(started, ended, [kernel], HasTicks: false)
            : new(
                started,
                ended,
                [
                    $"container {container.GetString("name")} of {container.GetString("image")} started (a twin of AKS: the container is simulated)",
                    $"uname -r: {kernel}",
                ],
                HasTicks: true);
    }
}
