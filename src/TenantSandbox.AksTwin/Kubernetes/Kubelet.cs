using System.Text.Json.Nodes;

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
    private readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);
    private uint _lastAddress;

    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { } pod || pod.Json.Text("spec", "nodeName") is not { } nodeName)
            return;
        if (cluster.Store.Find(Kinds.Nodes, "", nodeName) is not { } node || Condition.Status(node.Json, "Ready") != "True")
            return;
        if (pod.IsTerminating)
            Stop(pod);
        else if (pod.Json.Text("status", "phase") is not ("Succeeded" or "Failed") && Condition.Status(pod.Json, "Ready") != "True")
            Start(pod, node);
    }

    public void Forget(StoredObject pod) => _seen.Remove(pod.Uid);

    /// <summary>Whether a pod runs in a VM of its own.</summary>
    public static bool IsKata(ObjectStore store, JsonObject pod) =>
        pod.Text("spec", "runtimeClassName") is { } name && store.Find(Kinds.RuntimeClasses, "", name) is { } runtime && runtime.Json.Text("handler") is "kata" or "kata-preview";

    private void Stop(StoredObject pod)
    {
        var grace = TimeSpan.FromSeconds(pod.Json.Number("metadata", "deletionGracePeriodSeconds") ?? 0);
        if (grace == TimeSpan.Zero)
            return;
        cluster.Events.Normal(pod, "Killing", $"Stopping container {pod.Json.Items("spec", "containers").First().Text("name")}", Component);
        var asked = pod.Json.Time("metadata", "deletionTimestamp")!.Value - grace;
        var wait = asked + (cluster.Timing.PodTermination < grace ? cluster.Timing.PodTermination : grace) - cluster.Now;
        if (wait > TimeSpan.Zero && cluster.Timing.PodTermination > TimeSpan.Zero)
            cluster.EnqueueAfter(this, pod.Key, wait);
        else
            cluster.Registry.Delete(pod, new(GracePeriod: 0));
    }

    private void Start(StoredObject pod, StoredObject node)
    {
        if (!_seen.TryGetValue(pod.Uid, out var since))
            _seen[pod.Uid] = since = cluster.Now;
        var kata = IsKata(cluster.Store, pod.Json);
        if (kata && node.Json.Text("metadata", "labels", "kubernetes.azure.com/kata-vm-isolation") != "true"
            && node.Json.Text("metadata", "labels", "kubernetes.azure.com/kata-mshv-vm-isolation") != "true")
        {
            cluster.Events.Warning(pod, "FailedCreatePodSandBox", "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for \"kata\" is configured", Component);
            Waiting(pod, "ContainerCreating", "");
            return;
        }

        var scripted = pod.Json.Text("metadata", "annotations", WaitingReason);
        var repositories = pod.Json.Items("spec", "containers").Select(c => Repository(c.Text("image") ?? "")).ToList();
        var running = since + (kata ? cluster.Timing.KataSandboxStart : cluster.Timing.SandboxStart) + cluster.Timing.ImagePull;
        if (running > cluster.Now)
        {
            Waiting(pod, "ContainerCreating", "");
            cluster.EnqueueAfter(this, pod.Key, running - cluster.Now);
        }
        else if (repositories.Contains("missing") || scripted is "ImagePullBackOff" or "ErrImagePull")
        {
            var image = pod.Json.Items("spec", "containers").ElementAt(Math.Max(0, repositories.IndexOf("missing"))).Text("image");
            cluster.Events.Warning(pod, "Failed", $"Failed to pull image \"{image}\": rpc error: code = NotFound desc = failed to pull and unpack image \"{image}\": {image}: not found", Component);
            cluster.Events.Warning(pod, "Failed", "Error: ErrImagePull", Component);
            cluster.Events.Normal(pod, "BackOff", $"Back-off pulling image \"{image}\"", Component);
            Waiting(pod, scripted ?? "ImagePullBackOff", $"Back-off pulling image \"{image}\": ErrImagePull: {image}: not found");
        }
        else if (repositories.Contains("crashing") || scripted is not null)
        {
            cluster.Events.Warning(pod, "BackOff", $"Back-off restarting failed container in pod {pod.Key.Name}_{pod.Key.Namespace}({pod.Uid})", Component);
            Waiting(pod, scripted ?? "CrashLoopBackOff", $"back-off 5m0s restarting failed container in pod {pod.Key.Name}_{pod.Key.Namespace}({pod.Uid})");
        }
        else
        {
            Run(pod, repositories.Contains("unready"), running + cluster.Timing.ReadinessDelay - cluster.Now);
        }
    }

    private void Run(StoredObject pod, bool neverReady, TimeSpan untilReady)
    {
        var ends = pod.Json.Text("spec", "restartPolicy") != "Always";
        var ready = !neverReady && !ends && untilReady <= TimeSpan.Zero;
        if (pod.Json.Text("status", "phase") != "Running")
        {
            foreach (var container in pod.Json.Items("spec", "containers"))
            {
                cluster.Events.Normal(pod, "Pulled", $"Successfully pulled image \"{container.Text("image")}\"", Component);
                cluster.Events.Normal(pod, "Started", $"Started container {container.Text("name")}", Component);
            }
        }

        Report(pod, ends ? "Succeeded" : "Running", ready, (container, before) => ends
            ? new() { ["terminated"] = new JsonObject { ["exitCode"] = 0, ["reason"] = "Completed", ["startedAt"] = cluster.Now.Stamp(), ["finishedAt"] = cluster.Now.Stamp() } }
            : before.Object("state", "running") is { } running ? new() { ["running"] = running.DeepClone() }
            : new() { ["running"] = new JsonObject { ["startedAt"] = cluster.Now.Stamp() } });
        if (neverReady)
            cluster.Events.Warning(pod, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", Component);
        else if (!ready && !ends)
            cluster.EnqueueAfter(this, pod.Key, untilReady);
    }

    private void Waiting(StoredObject pod, string reason, string message) => Report(pod, "Pending", false, (_, _) =>
    {
        var waiting = new JsonObject { ["reason"] = reason };
        if (message.Length > 0)
            waiting["message"] = message;
        return new() { ["waiting"] = waiting };
    });

    private void Report(StoredObject pod, string phase, bool ready, Func<JsonObject, JsonObject?, JsonObject> state) => cluster.Registry.Edit(pod, json =>
    {
        var status = json.Ensure("status");
        var crashing = false;
        var statuses = new JsonArray();
        foreach (var container in json.Items("spec", "containers"))
        {
            var name = container.Text("name")!;
            var now = state(container, status.Items("containerStatuses").FirstOrDefault(s => s.Text("name") == name));
            var runs = now["running"] is not null;
            crashing |= now.Text("waiting", "reason") == "CrashLoopBackOff";
            statuses.Add(new JsonObject
            {
                ["name"] = name,
                ["state"] = now,
                ["lastState"] = new JsonObject(),
                ["ready"] = ready,
                ["restartCount"] = crashing ? 5 : 0,
                ["image"] = container.Text("image"),
                ["imageID"] = runs ? $"{container.Text("image")}@sha256:{Names.Hex(container.Text("image")!)}" : "",
                ["containerID"] = runs ? $"containerd://{Names.Hex($"{pod.Uid}/{name}")}" : null,
                ["started"] = runs,
            });
        }

        status["phase"] = crashing ? "Running" : phase;
        status["containerStatuses"] = statuses;
        status.Default("startTime", cluster.Now.Stamp());
        if (phase != "Pending" && status["podIP"] is null)
        {
            status["podIP"] = NextAddress();
            status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = status.Text("podIP") });
        }

        var conditions = status.EnsureArray("conditions");
        var reason = ready ? "" : phase == "Succeeded" ? "PodCompleted" : "ContainersNotReady";
        var message = ready || phase == "Succeeded" ? "" : $"containers with unready status: [{string.Join(' ', json.Items("spec", "containers").Select(c => c.Text("name")))}]";
        Condition.Set(conditions, "PodReadyToStartContainers", phase == "Running" ? "True" : "False", "", "", cluster.Now);
        Condition.Set(conditions, "Initialized", "True", "", "", cluster.Now);
        Condition.Set(conditions, "Ready", ready ? "True" : "False", reason, message, cluster.Now);
        Condition.Set(conditions, "ContainersReady", ready ? "True" : "False", reason, message, cluster.Now);
    });

    private string NextAddress()
    {
        if (_lastAddress == 0)
            _lastAddress = (uint)cluster.Store.List(Kinds.Pods).Count() * 2 + 10;
        _lastAddress++;
        return $"10.244.{(_lastAddress >> 8) & 255}.{_lastAddress & 255}";
    }

    private static string Repository(string image) => image[(image.LastIndexOf('/') + 1)..].Split(':', '@')[0];
}
