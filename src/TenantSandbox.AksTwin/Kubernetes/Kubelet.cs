namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Simulates kubelets: moves pods through their phases with the durations of the timing profile. The image's repository name decides the
/// outcome: <c>missing</c> can't be pulled, <c>crashing</c> ends in a crash loop, <c>unready</c> never passes its readiness probe.
/// </summary>
internal sealed class Kubelet(Cluster cluster) : IController
{
    /// <summary>Annotation that an injected fault sets to keep a pod from running; the value is the waiting reason.</summary>
    public const string WaitingReason = "twin.tenantsandbox.dev/waiting-reason";

    /// <summary>Annotation with the message of the injected fault.</summary>
    public const string WaitingMessage = "twin.tenantsandbox.dev/waiting-message";

    public const string KataNodeKernel = "6.6.137.mshv2-2.azl3";
    public const string StandardNodeKernel = "6.6.130.1-3.azl3";
    public const string KataGuestKernel = "6.6.137.mshv1";

    private const string Component = "kubelet";

    /// <summary>When the kubelet first saw each pod that hasn't started.</summary>
    private readonly Dictionary<ObjectKey, (string Uid, DateTimeOffset Since)> _boundSince = [];

    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { } pod)
        {
            _boundSince.Remove(key);
        }
        else if (cluster.Store.Find(Kinds.Nodes, "", pod.NodeName ?? "") is not { IsReady: true } node)
        {
            return;
        }
        else if (pod.IsTerminating)
        {
            Terminate(pod);
        }
        else if (pod is { HasEnded: false, IsReady: false })
        {
            Start(pod, node);
        }
    }

    /// <summary>Whether a pod runs in a Kata VM.</summary>
    public static bool IsKata(ObjectStore store, StoredObject pod) =>
        store.Find(Kinds.RuntimeClasses, "", pod.Json.GetString("spec", "runtimeClassName") ?? "")?.Json.GetString("handler") == "kata";

    private void Terminate(StoredObject pod)
    {
        var grace = TimeSpan.FromSeconds(pod.Json.GetInteger("metadata", "deletionGracePeriodSeconds") ?? 0);
        if (grace == TimeSpan.Zero)
        {
            return;
        }

        var requestedAt = pod.Json.GetTime("metadata", "deletionTimestamp")!.Value - grace;
        var duration = cluster.Timing.PodTermination < grace ? cluster.Timing.PodTermination : grace;
        foreach (var container in pod.Json.GetObjects("spec", "containers"))
        {
            cluster.Events.Normal(pod, "Killing", $"Stopping container {container.GetString("name")}", Component);
        }

        if (duration > TimeSpan.Zero && requestedAt + duration > cluster.Now)
        {
            cluster.EnqueueAfter(this, pod.Key, requestedAt + duration - cluster.Now);
        }
        else
        {
            cluster.Registry.Delete(pod, new(GracePeriod: 0));
        }
    }

    private void Start(StoredObject pod, StoredObject node)
    {
        if (!_boundSince.TryGetValue(pod.Key, out var seen) || seen.Uid != pod.Uid)
        {
            _boundSince[pod.Key] = seen = (pod.Uid, cluster.Now);
        }

        var isKata = IsKata(cluster.Store, pod);
        var sandboxStart = isKata ? cluster.Timing.KataSandboxStart : cluster.Timing.SandboxStart;
        var startsAt = seen.Since + sandboxStart + cluster.Timing.ImagePull;
        if (startsAt > cluster.Now)
        {
            ReportWaiting(pod, "ContainerCreating");
            cluster.EnqueueAfter(this, pod.Key, startsAt - cluster.Now);
        }
        else if (StartFailure.Find(pod, canStart: !isKata || NodeController.IsKata(node)) is { } failure)
        {
            cluster.Events.Warning(pod, failure.EventReason, failure.Message, Component);
            ReportWaiting(pod, failure.WaitingReason, failure.StateMessage, failure.Exit);
        }
        else
        {
            Run(pod, startsAt + cluster.Timing.ReadinessDelay - cluster.Now);
        }
    }

    private void Run(StoredObject pod, TimeSpan untilReady)
    {
        if (pod.Json.GetString("status", "phase") == "Pending")
        {
            foreach (var container in pod.Json.GetObjects("spec", "containers"))
            {
                cluster.Events.Normal(pod, "Pulled", $"Successfully pulled image \"{container.GetString("image")}\"", Component);
                cluster.Events.Normal(pod, "Started", $"Started container {container.GetString("name")}", Component);
            }
        }

        var now = cluster.Now.ToTimestamp();
        var started = pod.Json.GetObjects("status", "containerStatuses").FirstOrDefault().GetString("state", "running", "startedAt") ?? now;
        var isUnready = StartFailure.FindImage(pod, "unready") is not null;
        if (pod.Json.GetString("spec", "restartPolicy") != "Always")
        {
            UpdateStatus(pod, "Succeeded", false, JsonTemplate.Fill($$"""
                {"terminated":{"exitCode":0,"reason":"Completed","startedAt":{{now}},"finishedAt":{{now}} } }
                """));
            return;
        }

        var state = JsonTemplate.Fill($$"""{"running":{"startedAt":{{started}} } }""");
        UpdateStatus(pod, "Running", !isUnready && untilReady <= TimeSpan.Zero, state);
        if (isUnready)
        {
            cluster.Events.Warning(pod, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", Component);
        }
        else if (untilReady > TimeSpan.Zero)
        {
            cluster.EnqueueAfter(this, pod.Key, untilReady);
        }
    }

    private void ReportWaiting(StoredObject pod, string reason, string? message = null, ContainerExit? exit = null)
    {
        var phase = reason == "CrashLoopBackOff" ? "Running" : "Pending";
        var finishedAt = pod.Json.GetObjects("status", "containerStatuses").FirstOrDefault().GetString("lastState", "terminated", "finishedAt")
            ?? cluster.Now.ToTimestamp();
        var last = exit is null ? null : JsonTemplate.Fill($$"""
            {"terminated":{"exitCode":{{exit.Code}},"reason":{{exit.Reason}},"message":{{exit.Message}},"startedAt":{{finishedAt}},"finishedAt":{{finishedAt}} } }
            """);
        UpdateStatus(pod, phase, false, JsonTemplate.Fill($$"""{"waiting":{"reason":{{reason}},"message":{{message}} } }"""), last);
    }

    private void UpdateStatus(
        StoredObject pod, string phase, bool isReady, JsonObject state, JsonObject? lastState = null) => cluster.Registry.Modify(pod, json =>
    {
        var (status, isRunning) = (json.EnsureObject("status"), state["running"] is not null);
        status["phase"] = phase;
        status.SetDefault("startTime", cluster.Now.ToTimestamp());
        if (phase != "Pending")
        {
            // Revisions are unique, so addresses repeat only after 65,536 revisions.
            status.SetDefault("podIP", $"10.244.{(pod.Revision >> 8) & 255}.{pod.Revision & 255}");
            status["podIPs"] = new JsonArray(JsonTemplate.Fill($$"""{"ip":{{status["podIP"]}} }"""));
        }

        status["containerStatuses"] = json.GetObjects("spec", "containers").Select(c => JsonTemplate.Fill($$"""
            {"name":{{c["name"]}},"image":{{c["image"]}},"state":{{state}},"lastState":{{lastState ?? []}},
            "ready":{{isReady}},"started":{{isRunning}},
            "restartCount":{{(phase == "Running" && !isRunning ? 5 : 0)}},
            "imageID":{{(isRunning ? $"{c["image"]}@sha256:{DeterministicNames.Hex($"{c["image"]}")}" : "")}},
            "containerID":{{(isRunning ? $"containerd://{DeterministicNames.Hex($"{pod.Uid}/{c["name"]}")}" : null)}} }
            """)).ToJson();
        var containers = string.Join(' ', json.GetObjects("spec", "containers").Select(c => c.GetString("name")));
        var (reason, message) = isReady ? ("", "")
            : phase == "Succeeded" ? ("PodCompleted", "")
            : ("ContainersNotReady", $"containers with unready status: [{containers}]");
        Condition.Set(json, cluster.Now, "PodReadyToStartContainers", phase == "Running");
        Condition.Set(json, cluster.Now, "Initialized", true);
        Condition.Set(json, cluster.Now, "Ready", isReady, reason, message);
        Condition.Set(json, cluster.Now, "ContainersReady", isReady, reason, message);
    });
}
