namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// What a container would have written: the kernel it runs on, which is the guest's own for a Kata pod. A container whose command asks
/// <c>uname</c> answers with that alone.
/// </summary>
internal static class PodLog
{
    public static Answer Read(Cluster cluster, StoredObject pod, ApiCall call)
    {
        var names = pod.Json.Items("spec", "containers").Select(c => c.Text("name")!).ToList();
        var (asked, of) = (call.Text("container"), $"for pod {pod.Key.Name}");
        var name = asked.Length > 0 || names.Count > 1 ? asked : names[0];
        if (name.Length == 0)
        {
            throw StatusException.BadRequest($"a container name must be specified {of}, choose one of: [{string.Join(' ', names)}]");
        }

        var container = pod.Json.Items("spec", "containers").FirstOrDefault(c => c.Text("name") == name)
            ?? throw StatusException.BadRequest($"container {name} is not valid {of}");
        var state = pod.Json.Items("status", "containerStatuses").FirstOrDefault(s => s.Text("name") == name).Object("state");
        if (pod.NodeName is null)
        {
            throw StatusException.BadRequest($"pod {pod.Key.Name} does not have a host assigned");
        }

        var title = $"container \"{name}\" in pod \"{pod.Key.Name}\"";
        if (call.Flag("previous"))
        {
            throw StatusException.BadRequest($"previous terminated {title} not found");
        }

        var started = state.Time("running", "startedAt") ?? state.Time("terminated", "startedAt") ?? throw StatusException.BadRequest(
            $"{title} is waiting to start: {state.Text("waiting", "reason") ?? "ContainerCreating"}");

        var node = cluster.Store.Find(Kinds.Nodes, "", pod.NodeName)?.Json;
        var kernel = Kubelet.IsKata(cluster.Store, pod) ? Kubelet.GuestKernel : node.Text("status", "nodeInfo", "kernelVersion") ?? "";
        var command = container.Texts("command").Concat(container.Texts("args"));
        IEnumerable<string> lines = command.Any(c => c.Contains("uname", StringComparison.Ordinal))
            ? [kernel]
            : [$"container {name} of {container.Text("image")} started (a twin of AKS: nothing really runs)", $"uname -r: {kernel}"];
        if (call.Flag("timestamps"))
        {
            lines = lines.Select(l => $"{started.Stamp()} {l}");
        }

        if (call.Number("tailLines") is { } tail)
        {
            lines = lines.TakeLast((int)Math.Min(tail, int.MaxValue));
        }

        return new(200, Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n"))), "text/plain");
    }
}
