namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Writes the status of a pod as the kubelet does.</summary>
internal static class PodStatus
{
    public static void Write(JsonObject pod, PodTimeline timeline, string address, DateTimeOffset now)
    {
        var (status, phase) = (pod.EnsureObject("status"), timeline.Phase);
        var hasEnded = phase is "Succeeded" or "Failed";
        var sidecars = timeline.InitContainers.FindAll(c => c.IsSidecar);
        var hasStarted = phase != "Pending" || timeline.InitContainers.Exists(c => !c.IsWaiting);
        status["phase"] = phase;
        status.SetDefault("startTime", now.ToTimestamp());
        if (hasStarted)
        {
            status.SetDefault("podIP", address);
            status["podIPs"] = new JsonArray(JsonTemplate.Fill($$"""{"ip":{{status["podIP"]}} }"""));
        }

        var uid = pod.GetString("metadata", "uid") ?? "";
        var initContainers = timeline.InitContainers.Select(c => hasEnded && c.IsSidecar ? Stop(c, now) : c).ToList();
        status.SetOrRemove("initContainerStatuses", initContainers.Count == 0 ? null : initContainers.Select(c => ToJson(c, uid)).ToJson());
        status["containerStatuses"] = timeline.Containers.Select(c => ToJson(c, uid)).ToJson();
        var unready = timeline.Containers.Concat(sidecars).Where(c => !c.IsReady).Select(c => c.Spec.GetString("name")).ToList();
        var (reason, message) = phase == "Succeeded" ? ("PodCompleted", "")
            : phase == "Failed" ? ("PodFailed", "")
            : unready.Count > 0 ? ("ContainersNotReady", $"containers with unready status: [{string.Join(' ', unready)}]")
            : ("", "");
        Condition.Set(pod, now, "PodReadyToStartContainers", hasStarted && !hasEnded);
        var incomplete = timeline.IsInitialized ? []
            : timeline.InitContainers.Where(c => c.ExitCode != 0 && !(c.IsSidecar && c.IsRunning)).Select(c => c.Spec.GetString("name"));
        if (timeline.IsInitialized)
        {
            Condition.Set(pod, now, "Initialized", true, phase == "Succeeded" ? "PodCompleted" : "");
        }
        else
        {
            Condition.Set(pod, now, "Initialized", false, "ContainersNotInitialized",
                $"containers with incomplete status: [{string.Join(' ', incomplete)}]");
        }

        Condition.Set(pod, now, "Ready", reason.Length == 0, reason, message);
        Condition.Set(pod, now, "ContainersReady", reason.Length == 0, reason, message);
    }

    /// <summary>Sidecars are stopped when the containers have ended.</summary>
    private static ContainerState Stop(ContainerState sidecar, DateTimeOffset now) => sidecar.State["running"] is not { } running ? sidecar
        : new(sidecar.Spec, JsonTemplate.Fill($$"""
            {"terminated":{"exitCode":0,"reason":"Completed","startedAt":{{running["startedAt"]}},"finishedAt":{{now.ToTimestamp()}} } }
            """));

    private static JsonObject ToJson(ContainerState container, string uid)
    {
        var (name, image) = (container.Spec.GetString("name"), container.Spec.GetString("image"));
        var hasRun = !container.IsWaiting || container.LastState is not null;
        return JsonTemplate.Fill($$"""
            {"name":{{name}},"image":{{image}},"state":{{container.State}},"lastState":{{container.LastState ?? []}},
            "ready":{{container.IsReady}},"started":{{container.IsRunning}},"restartCount":{{container.Restarts}},
            "imageID":{{(hasRun ? $"{image}@sha256:{DeterministicNames.Hex($"{image}")}" : "")}},
            "containerID":{{(hasRun ? $"containerd://{DeterministicNames.Hex($"{uid}/{name}")}" : null)}} }
            """);
    }
}
