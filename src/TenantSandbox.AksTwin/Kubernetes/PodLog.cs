using System.Text;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// What a container would have written: the kernel it runs on, which is the guest's own for a Kata pod. A container whose command asks
/// <c>uname</c> answers with that alone.
/// </summary>
internal static class PodLog
{
    public static Answer Read(Cluster cluster, StoredObject pod, ApiCall call)
    {
        var containers = pod.Json.Items("spec", "containers").ToList();
        var name = call.Text("container");
        if (name.Length == 0)
            name = containers.Count == 1 ? containers[0].Text("name")! : throw StatusException.BadRequest($"a container name must be specified for pod {pod.Key.Name}, choose one of: [{string.Join(' ', containers.Select(c => c.Text("name")))}]");
        var container = containers.Find(c => c.Text("name") == name) ?? throw StatusException.BadRequest($"container {name} is not valid for pod {pod.Key.Name}");
        var state = pod.Json.Items("status", "containerStatuses").FirstOrDefault(s => s.Text("name") == name).Object("state");
        if (pod.Json.Text("spec", "nodeName") is null)
            throw StatusException.BadRequest($"pod {pod.Key.Name} does not have a host assigned");
        if (call.Flag("previous"))
            throw StatusException.BadRequest($"previous terminated container \"{name}\" in pod \"{pod.Key.Name}\" not found");
        var started = state.Time("running", "startedAt") ?? state.Time("terminated", "startedAt")
            ?? throw StatusException.BadRequest($"container \"{name}\" in pod \"{pod.Key.Name}\" is waiting to start: {state.Text("waiting", "reason") ?? "ContainerCreating"}");

        var node = cluster.Store.Find(Kinds.Nodes, "", pod.Json.Text("spec", "nodeName") ?? "");
        var kernel = Kubelet.IsKata(cluster.Store, pod.Json) ? Kubelet.GuestKernel : node?.Json.Text("status", "nodeInfo", "kernelVersion") ?? "";
        var command = container.Texts("command").Concat(container.Texts("args"));
        IEnumerable<string> lines = command.Any(c => c.Contains("uname", StringComparison.Ordinal))
            ? [kernel]
            : [$"container {name} of {container.Text("image")} started (a twin of AKS: nothing really runs)", $"uname -r: {kernel}"];
        if (call.Flag("timestamps"))
            lines = lines.Select(l => $"{started.Stamp()} {l}");
        if (call.Number("tailLines") is { } tail)
            lines = lines.TakeLast((int)Math.Min(tail, int.MaxValue));
        if (call.Number("sinceSeconds") is { } since && started < cluster.Now - TimeSpan.FromSeconds(Math.Min(since, 315_360_000)))
            lines = [];
        var body = Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n")));
        return new(200, call.Number("limitBytes") is { } most && most < body.Length ? body[..(int)most] : body, "text/plain");
    }
}
