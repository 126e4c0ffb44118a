namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Simulated container logs. They contain the kernel version, which for a Kata pod is the guest's; the log of a container whose
/// command contains <c>uname</c> consists of it.
/// </summary>
internal static class PodLog
{
    public static ApiResponse Read(Cluster cluster, StoredObject pod, ApiRequest call)
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
        var state = pod.Json.GetObjects("status", "containerStatuses").Concat(pod.Json.GetObjects("status", "initContainerStatuses"))
            .FirstOrDefault(s => s.GetString("name") == name).GetObject("state");
        if (pod.NodeName is null)
        {
            throw StatusException.BadRequest($"pod {pod.Key.Name} does not have a host assigned");
        }

        var title = $"container \"{name}\" in pod \"{pod.Key.Name}\"";
        if (call.GetQueryFlag("previous"))
        {
            throw StatusException.BadRequest($"previous terminated {title} not found");
        }

        var started = state.GetTime("running", "startedAt") ?? state.GetTime("terminated", "startedAt") ?? throw StatusException.BadRequest(
            $"{title} is waiting to start: {state.GetString("waiting", "reason") ?? "ContainerCreating"}");

        var node = cluster.Store.Find(Kinds.Nodes, "", pod.NodeName)?.Json;
        var kernel = Kubelet.IsKata(cluster.Store, pod)
            ? Kubelet.KataGuestKernel
            : node.GetString("status", "nodeInfo", "kernelVersion") ?? "";
        var command = container.GetStrings("command").Concat(container.GetStrings("args"));
        IEnumerable<string> lines = command.Any(c => c.Contains("uname", StringComparison.Ordinal))
            ? [kernel]
            :
            [
                $"container {name} of {container.GetString("image")} started (a twin of AKS: the container is simulated)",
                $"uname -r: {kernel}",
            ];
        if (call.GetQueryFlag("timestamps"))
        {
            lines = lines.Select(l => $"{started.ToTimestamp()} {l}");
        }

        if (call.GetQueryNumber("tailLines") is { } tail)
        {
            lines = lines.TakeLast((int)Math.Min(tail, int.MaxValue));
        }

        return new(200, Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n"))), "text/plain");
    }
}
