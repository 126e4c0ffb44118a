namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Simulates kubelets: moves pods through their phases with the durations of the timing profile. The image's repository name decides the
/// outcome of each container: <c>missing</c> can't be pulled, <c>crashing</c> ends with an error at once, <c>unready</c> never passes its
/// readiness probe, <c>endless</c> never completes.
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
            cluster.ProbeLogs.Remove(key);
        }
        else if (cluster.Store.Find(Kinds.Nodes, "", pod.NodeName ?? "") is not { IsReady: true } node)
        {
            return;
        }
        else if (pod.IsTerminating)
        {
            Terminate(pod);
        }
        else if (!pod.HasEnded && !IsSettled(pod))
        {
            Start(pod, node);
        }
    }

    /// <summary>Whether a pod runs in a Kata VM.</summary>
    public static bool IsKata(ObjectStore store, StoredObject pod) =>
        store.Find(Kinds.RuntimeClasses, "", pod.Json.GetString("spec", "runtimeClassName") ?? "")?.Json.GetString("handler") == "kata";

    /// <summary>Whether a pod stays as it is until it is deleted.</summary>
    private static bool IsSettled(StoredObject pod) =>
        pod.IsReady && pod.Json.GetString("spec", "restartPolicy") == "Always" && !ContainerOutcome.IsAnnotated(pod.Json);

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
            // After a restart of the twin, a pod continues from its start.
            _boundSince[pod.Key] = seen = (pod.Uid, pod.Json.GetTime("status", "startTime") ?? cluster.Now);
        }

        var isKata = IsKata(cluster.Store, pod);
        var sandboxAt = seen.Since + (isKata ? cluster.Timing.KataSandboxStart : cluster.Timing.SandboxStart);
        var failure = StartFailure.FindForPod(pod.Json, hasRuntime: !isKata || NodeController.IsKata(node))
            ?? PodVolumes.FindMountFailure(cluster.Store, pod);
        var timeline = new PodTimeline(
            pod.Json, sandboxAt, cluster.Now, cluster.Timing, failure is not null,
            (container, isInit) => StartFailure.FindForContainer(pod.Json, container, isInit)
                ?? PodVolumes.FindVariableFailure(cluster.Store, pod, container));
        if (failure is not null && sandboxAt > cluster.Now)
        {
            cluster.EnqueueAfter(this, pod.Key, sandboxAt - cluster.Now);
        }
        else if (failure is not null)
        {
            cluster.Events.Warning(pod, failure.EventReason, failure.Message, Component);
        }

        foreach (var container in timeline.InitContainers.Concat(timeline.Containers))
        {
            RecordEvents(pod, container);
        }

        // Revisions are unique, so addresses repeat only after 65,536 revisions.
        var address = $"10.244.{(pod.Revision >> 8) & 255}.{pod.Revision & 255}";
        cluster.Registry.Modify(pod, json => PodStatus.Write(json, timeline, address, cluster.Now));
        RunProbes(pod.Key, timeline);
        if (timeline.NextChange is { } next)
        {
            cluster.EnqueueAfter(this, pod.Key, next - cluster.Now);
        }
    }

    /// <summary>A probe sees the cluster as it is when its container starts.</summary>
    private void RunProbes(ObjectKey key, PodTimeline timeline)
    {
        foreach (var container in timeline.Containers.Where(c => !c.IsWaiting && ProbeContainer.FindVariable(c.Spec) is not null))
        {
            var started = container.State.GetTime("running", "startedAt") ?? container.State.GetTime("terminated", "startedAt") ?? cluster.Now;
            cluster.ProbeLogs.Find(cluster.Store.Get(key), container.Spec, started);
        }
    }

    private void RecordEvents(StoredObject pod, ContainerState container)
    {
        var (name, image) = (container.Spec.GetString("name"), container.Spec.GetString("image"));
        var before = pod.Json.GetObjects("status", "initContainerStatuses").Concat(pod.Json.GetObjects("status", "containerStatuses"))
            .FirstOrDefault(s => s.GetString("name") == name);
        if (!container.IsWaiting && before.GetNode("containerID") is null)
        {
            cluster.Events.Normal(pod, "Pulled", $"Successfully pulled image \"{image}\"", Component);
            cluster.Events.Normal(pod, "Started", $"Started container {name}", Component);
        }

        if (container.Failure is { } failure)
        {
            cluster.Events.Warning(pod, failure.EventReason, failure.Message, Component);
        }
        else if (container.IsRunning && StartFailure.IsImage(container.Spec, "unready"))
        {
            cluster.Events.Warning(pod, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", Component);
        }
    }
}
