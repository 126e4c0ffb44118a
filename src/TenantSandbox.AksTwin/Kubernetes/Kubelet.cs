namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Runs pods in name only, through the phases and in the times of real ones. The image's name tells how it fares: a repository called
/// <c>missing</c> can't be pulled, <c>crashing</c> ends in a crash loop, <c>unready</c> runs but never passes its readiness probe.
/// </summary>
internal sealed class Kubelet(Cluster cluster) : IController
{
    /// <summary>Annotation of a pod that a scripted fault keeps from running; its value is the containers' waiting reason.</summary>
    public const string WaitingReason = "twin.tenantsandbox.dev/waiting-reason";

    public const string NodeKernel = "6.6.137.mshv2-2.azl3";
    public const string PlainKernel = "6.6.130.1-3.azl3";
    public const string GuestKernel = "6.6.137.mshv1";

    private const string Component = "kubelet";

    /// <summary>Since when pods are here that haven't started yet.</summary>
    private readonly Dictionary<ObjectKey, (string Uid, DateTimeOffset Since)> _seen = [];

    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { } pod)
        {
            _seen.Remove(key);
        }
        else if (cluster.Store.Find(Kinds.Nodes, "", pod.NodeName ?? "") is not { IsReady: true } node)
        {
            return;
        }
        else if (pod.IsTerminating)
        {
            Stop(pod);
        }
        else if (pod is { HasEnded: false, IsReady: false })
        {
            Start(pod, node);
        }
    }

    /// <summary>Whether a pod runs in a VM of its own.</summary>
    public static bool IsKata(ObjectStore store, StoredObject pod) =>
        store.Find(Kinds.RuntimeClasses, "", pod.Json.Text("spec", "runtimeClassName") ?? "")?.Json.Text("handler") == "kata";

    private void Stop(StoredObject pod)
    {
        var grace = TimeSpan.FromSeconds(pod.Json.Number("metadata", "deletionGracePeriodSeconds") ?? 0);
        if (grace == TimeSpan.Zero)
        {
            return;
        }

        var asked = pod.Json.Time("metadata", "deletionTimestamp")!.Value - grace;
        var takes = cluster.Timing.PodTermination < grace ? cluster.Timing.PodTermination : grace;
        foreach (var container in pod.Json.Items("spec", "containers"))
        {
            cluster.Events.Normal(pod, "Killing", $"Stopping container {container.Text("name")}", Component);
        }

        if (takes > TimeSpan.Zero && asked + takes > cluster.Now)
        {
            cluster.EnqueueAfter(this, pod.Key, asked + takes - cluster.Now);
        }
        else
        {
            cluster.Registry.Delete(pod, new(GracePeriod: 0));
        }
    }

    private void Start(StoredObject pod, StoredObject node)
    {
        if (!_seen.TryGetValue(pod.Key, out var seen) || seen.Uid != pod.Uid)
        {
            _seen[pod.Key] = seen = (pod.Uid, cluster.Now);
        }

        var isKata = IsKata(cluster.Store, pod);
        var starts = seen.Since + (isKata ? cluster.Timing.KataSandboxStart : cluster.Timing.SandboxStart) + cluster.Timing.ImagePull;
        if (starts > cluster.Now)
        {
            Wait(pod, "ContainerCreating");
            cluster.EnqueueAfter(this, pod.Key, starts - cluster.Now);
        }
        else if (Obstacle(pod, canStart: !isKata || NodeController.IsKata(node)) is var (about, reason, message))
        {
            cluster.Events.Warning(pod, about, message, Component);
            Wait(pod, reason, message);
        }
        else
        {
            Run(pod, starts + cluster.Timing.ReadinessDelay - cluster.Now);
        }
    }

    /// <summary>What keeps a pod's containers from running: the event that tells it, and what they are said to wait for.</summary>
    private static (string Event, string Reason, string Message)? Obstacle(StoredObject pod, bool canStart)
    {
        var scripted = pod.Json.Text("metadata", "annotations", WaitingReason);
        return !canStart ? ("FailedCreatePodSandBox", "ContainerCreating", "Failed to create pod sandbox: rpc error: code = Unknown "
                + "desc = failed to get sandbox runtime: no runtime for \"kata\" is configured")
            : scripted is not null ? ("BackOff", scripted, $"{scripted} (scripted)")
            : ImageOf(pod, "missing") is { } pull ? ("Failed", "ImagePullBackOff", $"Failed to pull image \"{pull}\": {pull}: not found")
            : ImageOf(pod, "crashing") is not null ? ("BackOff", "CrashLoopBackOff", "back-off 5m0s restarting failed container")
            : null;
    }

    private void Run(StoredObject pod, TimeSpan untilReady)
    {
        if (pod.Json.Text("status", "phase") == "Pending")
        {
            foreach (var container in pod.Json.Items("spec", "containers"))
            {
                cluster.Events.Normal(pod, "Pulled", $"Successfully pulled image \"{container.Text("image")}\"", Component);
                cluster.Events.Normal(pod, "Started", $"Started container {container.Text("name")}", Component);
            }
        }

        var now = cluster.Now.Stamp();
        var started = pod.Json.Items("status", "containerStatuses").FirstOrDefault().Text("state", "running", "startedAt") ?? now;
        var isUnready = ImageOf(pod, "unready") is not null;
        if (pod.Json.Text("spec", "restartPolicy") != "Always")
        {
            Report(pod, "Succeeded", false, Json.Of($$"""
                {"terminated":{"exitCode":0,"reason":"Completed","startedAt":{{now}},"finishedAt":{{now}} } }
                """));
            return;
        }

        Report(pod, "Running", !isUnready && untilReady <= TimeSpan.Zero, Json.Of($$"""{"running":{"startedAt":{{started}} } }"""));
        if (isUnready)
        {
            cluster.Events.Warning(pod, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", Component);
        }
        else if (untilReady > TimeSpan.Zero)
        {
            cluster.EnqueueAfter(this, pod.Key, untilReady);
        }
    }

    private void Wait(StoredObject pod, string reason, string? message = null)
    {
        var phase = reason == "CrashLoopBackOff" ? "Running" : "Pending";
        Report(pod, phase, false, Json.Of($$"""{"waiting":{"reason":{{reason}},"message":{{message}} } }"""));
    }

    private void Report(StoredObject pod, string phase, bool isReady, JsonObject state) => cluster.Registry.Edit(pod, json =>
    {
        var (status, runs) = (json.Ensure("status"), state["running"] is not null);
        status["phase"] = phase;
        status.Default("startTime", cluster.Now.Stamp());
        if (phase != "Pending")
        {
            // Revisions never come twice, so addresses don't for a long time.
            status.Default("podIP", $"10.244.{(pod.Revision >> 8) & 255}.{pod.Revision & 255}");
            status["podIPs"] = new JsonArray(Json.Of($$"""{"ip":{{status["podIP"]}} }"""));
        }

        status["containerStatuses"] = json.Items("spec", "containers").Select(c => Json.Of($$"""
            {"name":{{c["name"]}},"image":{{c["image"]}},"state":{{state}},"lastState":{},"ready":{{isReady}},"started":{{runs}},
            "restartCount":{{(phase == "Running" && !runs ? 5 : 0)}},
            "imageID":{{(runs ? $"{c["image"]}@sha256:{Names.Hex($"{c["image"]}")}" : "")}},
            "containerID":{{(runs ? $"containerd://{Names.Hex($"{pod.Uid}/{c["name"]}")}" : null)}} }
            """)).ToJson();
        var (reason, message) = isReady ? ("", "") : phase == "Succeeded" ? ("PodCompleted", "") : ("ContainersNotReady",
            $"containers with unready status: [{string.Join(' ', json.Items("spec", "containers").Select(c => c.Text("name")))}]");
        Condition.Set(json, cluster.Now, "PodReadyToStartContainers", phase == "Running");
        Condition.Set(json, cluster.Now, "Initialized", true);
        Condition.Set(json, cluster.Now, "Ready", isReady, reason, message);
        Condition.Set(json, cluster.Now, "ContainersReady", isReady, reason, message);
    });

    /// <summary>The image, of those of a pod, from a repository of a name.</summary>
    private static string? ImageOf(StoredObject pod, string repository) => pod.Json.Items("spec", "containers")
        .Select(c => c.Text("image")!).FirstOrDefault(i => i[(i.LastIndexOf('/') + 1)..].Split(':', '@')[0] == repository);
}
