namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The columns that <c>kubectl get pods</c> computes from init containers and containers.</summary>
internal static class PodColumns
{
    public static JsonNode? Ready(JsonObject pod)
    {
        var sidecars = pod.GetObjects("spec", "initContainers").Where(PodResources.IsSidecar).Select(c => c.GetString("name")).ToList();
        var ready = pod.GetObjects("status", "initContainerStatuses").Where(c => sidecars.Contains(c.GetString("name")))
            .Concat(Containers(pod)).Count(c => c.GetBoolean("ready") is true);
        return $"{ready}/{pod.GetObjects("spec", "containers").Count() + sidecars.Count}";
    }

    public static JsonNode? Restarts(JsonObject pod) =>
        $"{Containers(pod).Concat(pod.GetObjects("status", "initContainerStatuses")).Sum(c => c.GetInteger("restartCount") ?? 0)}";

    public static JsonNode? Status(JsonObject pod)
    {
        var (phase, reason) = (pod.GetString("status", "phase"), Containers(pod).Select(Reason).FirstOrDefault(r => r is not null));
        return pod.GetNode("metadata", "deletionTimestamp") is not null ? "Terminating"
            : InitStatus(pod) is { } init ? $"Init:{init}"
            : reason is null || (reason == "Completed" && phase == "Running") ? pod.GetString("status", "reason") ?? phase
            : reason;
    }

    /// <summary>Why the init containers haven't completed, or how many of them have; null if all have.</summary>
    private static string? InitStatus(JsonObject pod)
    {
        var statuses = pod.GetObjects("status", "initContainerStatuses").ToList();
        var current = statuses.FindIndex(s => s.GetInteger("state", "terminated", "exitCode") != 0 && s.GetBoolean("started") is not true);
        return current < 0 || pod.GetString("status", "phase") is "Running" or "Succeeded" ? null
            : Reason(statuses[current]) is { } reason and not "PodInitializing" ? reason
            : $"{current}/{statuses.Count}";
    }

    private static string? Reason(JsonObject status) =>
        status.GetString("state", "waiting", "reason") ?? status.GetString("state", "terminated", "reason");

    private static IEnumerable<JsonObject> Containers(JsonObject pod) => pod.GetObjects("status", "containerStatuses");
}
