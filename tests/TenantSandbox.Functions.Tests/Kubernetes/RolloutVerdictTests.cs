using k8s.Models;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes;

public sealed class RolloutVerdictTests
{
    private static readonly DesiredTenant Tenant = Sample.Placed("acme", [Sample.Web, Sample.Job]);

    [Fact]
    public void Of_EveryReplicaAvailable_IsReady() =>
        Assert.Equal(RolloutCondition.Ready, RolloutVerdict.Of(Tenant, [Done("web", 2), Done("job", 1)], pods: null).Condition);

    [Fact]
    public void Of_DeploymentMissing_IsProgressing() =>
        Assert.Equal("job: its Deployment does not exist yet", Progressing([Done("web", 2)]));

    [Fact]
    public void Of_OlderGenerationObserved_IsNotReady()
    {
        var deployment = Done("web", 2);
        deployment.Metadata.Generation = 2;

        Assert.StartsWith("web: the Deployment controller", Progressing([deployment, Done("job", 1)]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 2, 2)]
    [InlineData(2, 3, 2)]
    [InlineData(2, 2, 1)]
    public void Of_OldOrUnavailableReplicas_IsNotReady(int updated, int replicas, int available)
    {
        var deployment = Done("web", 2);
        deployment.Status.UpdatedReplicas = updated;
        deployment.Status.Replicas = replicas;
        deployment.Status.AvailableReplicas = available;

        Assert.Equal($"web: {available} of 2 available, {updated} updated", Progressing([deployment, Done("job", 1)]));
    }

    [Fact]
    public void Of_DeadlineExceeded_IsFailedAndSaysWhatThePodWaitsFor()
    {
        var deployment = Waiting("web");
        deployment.Status.Conditions = [new V1DeploymentCondition { Status = "False", Type = "Progressing", Reason = "ProgressDeadlineExceeded", Message = "timed out" }];
        var pod = Pod("web", waiting: null);
        pod.Status.Conditions = [new V1PodCondition { Status = "False", Type = "PodScheduled", Reason = "Unschedulable", Message = "0/3 nodes: Insufficient memory" }];

        Assert.Equal(
            "web: ProgressDeadlineExceeded: timed out; Unschedulable: 0/3 nodes: Insufficient memory",
            Failed([deployment, Done("job", 1)], [pod]));
    }

    [Theory]
    [InlineData("ImagePullBackOff")]
    [InlineData("InvalidImageName")]
    [InlineData("CreateContainerConfigError")]
    public void Of_ContainerThatCannotStart_IsFailed(string reason) =>
        Assert.Equal($"job: {reason}: why", Failed([Done("web", 2), Waiting("job")], [Pod("job", reason)]));

    [Theory]
    [InlineData("ErrImagePull")]
    [InlineData("CrashLoopBackOff")]
    public void Of_ContainerThatMayStillStart_IsProgressingAndSaysSo(string reason) =>
        Assert.EndsWith($"; {reason}: why", Progressing([Done("web", 2), Waiting("job")], [Pod("job", reason)]), StringComparison.Ordinal);

    [Fact]
    public void Of_PodOfAnotherWorkload_DoesNotCount() =>
        Assert.Equal(RolloutCondition.Progressing, RolloutVerdict.Of(Tenant, [Waiting("web"), Done("job", 1)], [Pod("other", "ImagePullBackOff")]).Condition);

    [Fact]
    public void Of_QuotaExceeded_IsFailed() =>
        Assert.StartsWith("web: FailedCreate: exceeded quota", Failed([Refused("web", "exceeded quota: tenant-quota"), Done("job", 1)], []), StringComparison.Ordinal);

    [Fact]
    public void Of_QuotaExceededWhilePodsEnd_IsProgressing()
    {
        var ending = Pod("web", waiting: null);
        ending.Metadata.DeletionTimestamp = DateTime.UnixEpoch;

        Assert.Contains("exceeded quota", Progressing([Refused("web", "exceeded quota: tenant-quota"), Done("job", 1)], [ending]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status unknown for quota: tenant-quota")]
    [InlineData("pod rejected: RuntimeClass \"tenantsandbox-kata-1gi\" not found")]
    public void Of_RefusalThatPasses_IsProgressing(string message) =>
        Assert.Contains(message, Progressing([Refused("web", message), Done("job", 1)], []), StringComparison.Ordinal);

    [Fact]
    public void Of_PodSecurityViolation_IsFailed() =>
        Assert.Contains("violates PodSecurity", Failed([Refused("web", "violates PodSecurity \"restricted\""), Done("job", 1)], pods: null), StringComparison.Ordinal);

    private static string Progressing(V1Deployment[] deployments, V1Pod[]? pods = null) => Detail(RolloutCondition.Progressing, deployments, pods);

    private static string Failed(V1Deployment[] deployments, V1Pod[]? pods) => Detail(RolloutCondition.Failed, deployments, pods);

    private static string Detail(RolloutCondition expected, V1Deployment[] deployments, V1Pod[]? pods)
    {
        var seen = RolloutVerdict.Of(Tenant, deployments, pods);
        Assert.Equal(expected, seen.Condition);
        return seen.Detail;
    }

    private static V1Deployment Done(string name, int replicas) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Generation = 1 },
        Spec = new V1DeploymentSpec { Replicas = replicas },
        Status = new V1DeploymentStatus
        {
            ObservedGeneration = 1,
            Replicas = replicas,
            UpdatedReplicas = replicas,
            AvailableReplicas = replicas,
        },
    };

    private static V1Deployment Waiting(string name)
    {
        var deployment = Done(name, name == "web" ? 2 : 1);
        deployment.Status.AvailableReplicas = null;
        return deployment;
    }

    private static V1Deployment Refused(string name, string message)
    {
        var deployment = Waiting(name);
        deployment.Status.Conditions = [new V1DeploymentCondition { Status = "True", Type = "ReplicaFailure", Reason = "FailedCreate", Message = message }];
        return deployment;
    }

    private static V1Pod Pod(string workload, string? waiting) => new()
    {
        Metadata = new V1ObjectMeta { Name = $"{workload}-1", Labels = new Dictionary<string, string> { [Labels.Workload] = workload } },
        Status = new V1PodStatus
        {
            ContainerStatuses = waiting is null
                ? null
                : [new V1ContainerStatus { State = new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = waiting, Message = "why" } } }],
        },
    };
}
