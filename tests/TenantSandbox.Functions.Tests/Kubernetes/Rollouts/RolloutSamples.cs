using k8s.Models;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes.Rollouts;

/// <summary>Deployments, pods, events and nodes as a cluster reports them.</summary>
internal static class RolloutSamples
{
    public const string Node = "aks-tsp1-0";

    public static V1Deployment Done(string name, int replicas) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Generation = 1 },
        Spec = new V1DeploymentSpec { Replicas = replicas },
        Status = new V1DeploymentStatus { ObservedGeneration = 1, Replicas = replicas, UpdatedReplicas = replicas, AvailableReplicas = replicas },
    };

    public static V1Deployment Unavailable(string name, int replicas)
    {
        var deployment = Done(name, replicas);
        deployment.Status.AvailableReplicas = null;
        return deployment;
    }

    public static V1Deployment Overdue(string name, int replicas)
    {
        var deployment = Unavailable(name, replicas);
        deployment.Status.Conditions = [new V1DeploymentCondition { Status = "False", Type = "Progressing", Reason = "ProgressDeadlineExceeded", Message = "timed out" }];
        return deployment;
    }

    public static V1Deployment Refused(string name, string message)
    {
        var deployment = Unavailable(name, 2);
        deployment.Status.Conditions = [new V1DeploymentCondition { Status = "True", Type = "ReplicaFailure", Reason = "FailedCreate", Message = message }];
        return deployment;
    }

    public static V1Pod Pod(string workload, string? name = null) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = name ?? $"{workload}-1",
            Uid = $"uid-of-{name ?? workload}",
            Labels = new Dictionary<string, string> { [Labels.Workload] = workload },
        },
        Spec = new V1PodSpec { NodeName = Node },
        Status = new V1PodStatus { Phase = "Pending" },
    };

    public static V1Pod WaitingPod(string workload, string reason, string? message, string? name = null)
    {
        var pod = Pod(workload, name);
        pod.Status.ContainerStatuses = [Container(new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = reason, Message = message } })];
        return pod;
    }

    public static V1Pod RunningPod(string workload)
    {
        var pod = Pod(workload);
        pod.Status.Phase = "Running";
        pod.Status.ContainerStatuses = [Container(new V1ContainerState { Running = new V1ContainerStateRunning() })];
        return pod;
    }

    public static V1ContainerState Exit(int code, string reason, string? message) =>
        new() { Terminated = new V1ContainerStateTerminated { ExitCode = code, Reason = reason, Message = message } };

    public static Corev1Event Warning(V1Pod about, string reason, string message, int count = 3) => new()
    {
        InvolvedObject = new V1ObjectReference { Kind = "Pod", Name = about.Metadata.Name, Uid = about.Metadata.Uid },
        Type = "Warning",
        Reason = reason,
        Message = message,
        Count = count,
        LastTimestamp = DateTime.UnixEpoch.AddHours(1),
    };

    public static V1Node UnreadyNode() => new()
    {
        Metadata = new V1ObjectMeta { Name = Node },
        Status = new V1NodeStatus
        {
            Conditions = [new V1NodeCondition { Type = "Ready", Status = "Unknown", Reason = "NodeStatusUnknown", Message = "Kubelet stopped posting node status." }],
        },
    };

    private static V1ContainerStatus Container(V1ContainerState state) => new() { Name = "main", Ready = false, State = state, LastState = new V1ContainerState() };
}
