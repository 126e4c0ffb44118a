using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Rollouts;
using static TenantSandbox.Functions.Tests.Kubernetes.Rollouts.RolloutSamples;

namespace TenantSandbox.Functions.Tests.Kubernetes.Rollouts;

public sealed class RolloutVerdictTests
{
    private static readonly DesiredTenant Tenant = Sample.Placed("acme", [Sample.Web, Sample.Job]);

    [Fact]
    public void Of_EveryReplicaAvailable_IsReady()
    {
        var seen = RolloutVerdict.Of(Tenant, [Done("web", 2), Done("job", 1)], facts: null);

        Assert.Equal((RolloutCondition.Ready, null, null), (seen.Condition, seen.Code, seen.ErrorClass));
    }

    [Fact]
    public void Of_DeploymentMissing_IsProgressing() =>
        Assert.Equal("job: its Deployment does not exist yet", Progressing([Done("web", 2)]).Detail);

    [Fact]
    public void Of_OlderGenerationObserved_IsNotReady()
    {
        var deployment = Done("web", 2);
        deployment.Metadata.Generation = 2;

        Assert.StartsWith("web: the Deployment controller", Progressing([deployment, Done("job", 1)]).Detail, StringComparison.Ordinal);
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

        Assert.Equal($"web: {available} of 2 available, {updated} updated", Progressing([deployment, Done("job", 1)]).Detail);
    }

    [Fact]
    public void Of_PodOfAnotherWorkload_DoesNotCount() =>
        Assert.Null(Progressing([Unavailable("web", 2), Done("job", 1)], WaitingPod("other", "InvalidImageName", "why")).Code);

    [Fact]
    public void Of_DeadlineExceededWithoutACause_IsFailedAndTransient()
    {
        var seen = Failed([Overdue("web", 2), Done("job", 1)], Pod("web"));

        Assert.Equal(("ProgressDeadlineExceeded", ErrorClass.Transient), (seen.Code, seen.ErrorClass));
    }

    [Fact]
    public void Of_DeadlineExceededWhileUnschedulable_IsCapacityWithTheSchedulersMessage()
    {
        var pod = Pod("web");
        pod.Status.Conditions = [new V1PodCondition { Status = "False", Type = "PodScheduled", Reason = "Unschedulable", Message = "0/3 nodes: Insufficient memory" }];

        var seen = Failed([Overdue("web", 2), Done("job", 1)], pod);

        Assert.Equal(("Unschedulable", ErrorClass.Capacity), (seen.Code, seen.ErrorClass));
        Assert.Equal("web: ProgressDeadlineExceeded: timed out; Unschedulable: 0/3 nodes: Insufficient memory", seen.Detail);
        Assert.Equal(["Unschedulable", "ProgressDeadlineExceeded"], seen.Evidence!.Select(e => e.Reason));
    }

    [Fact]
    public void Of_DeadlineExceededInACrashLoop_IsInvalidWithExitCodeAndCount()
    {
        var pod = WaitingPod("web", "CrashLoopBackOff", "back-off 5m0s");
        pod.Status.ContainerStatuses[0].RestartCount = 7;
        pod.Status.ContainerStatuses[0].LastState = Exit(3, "Error", "password=hunter2");

        var seen = Failed([Overdue("web", 2), Done("job", 1)], pod);

        Assert.Equal(("CrashLoopBackOff", ErrorClass.Invalid), (seen.Code, seen.ErrorClass));
        Assert.EndsWith("container main ended with exit code 3 (Error); restarted 7 times", seen.Detail, StringComparison.Ordinal);
        Assert.Equal(7, seen.Evidence![0].Count);
        Assert.DoesNotContain("hunter2", string.Concat(seen.Evidence.Select(e => e.Message)), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_CrashLoopOnANodeThatIsNotReady_BlamesTheNode()
    {
        var pod = WaitingPod("web", "CrashLoopBackOff", "back-off 5m0s");
        pod.Status.ContainerStatuses[0].LastState = Exit(255, "Unknown", null);

        var seen = RolloutVerdict.Of(Tenant, [Overdue("web", 2), Done("job", 1)], new RolloutFacts([pod], [], [UnreadyNode()]));

        Assert.Equal(("NodeNotReady", ErrorClass.Transient), (seen.Code, seen.ErrorClass));
        Assert.Contains("Kubelet stopped posting node status", seen.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_FinalCause_DoesNotWaitForTheDeadline()
    {
        var seen = Failed([Done("web", 2), Unavailable("job", 1)], WaitingPod("job", "InvalidImageName", "couldn't parse image reference"));

        Assert.Equal("job: InvalidImageName: couldn't parse image reference", seen.Detail);
        Assert.Equal(ErrorClass.Invalid, seen.ErrorClass);
    }

    [Fact]
    public void Of_QuotaExceeded_IsFailedForQuota()
    {
        var seen = Failed([Refused("web", "exceeded quota: of-the-cluster"), Done("job", 1)]);

        Assert.Equal(("FailedCreate", ErrorClass.Quota), (seen.Code, seen.ErrorClass));
        Assert.StartsWith("web: FailedCreate: exceeded quota", seen.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_QuotaExceededWhilePodsEnd_IsProgressing()
    {
        var ending = Pod("web");
        ending.Metadata.DeletionTimestamp = DateTime.UnixEpoch;

        Assert.Contains("exceeded quota", Progressing([Refused("web", "exceeded quota: of-the-cluster"), Done("job", 1)], ending).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status unknown for quota: tenant-quota")]
    [InlineData("exceeded quota: tenant-quota, requested: pods=1, used: pods=4, limited: pods=4")]
    [InlineData("pod rejected: RuntimeClass \"tenantsandbox-kata-1gi\" not found")]
    public void Of_RefusalThatPasses_IsProgressing(string message) =>
        Assert.Contains(message, Progressing([Refused("web", message), Done("job", 1)]).Detail, StringComparison.Ordinal);

    [Fact]
    public void Of_PodSecurityViolation_IsFailed() =>
        Assert.Contains("violates PodSecurity", Failed([Refused("web", "violates PodSecurity \"restricted\""), Done("job", 1)]).Detail, StringComparison.Ordinal);

    [Fact]
    public void Of_ManyEvents_KeepsABoundedNumberOfShortRecords()
    {
        var pods = Enumerable.Range(0, 50).Select(i => WaitingPod("web", "CrashLoopBackOff", new string('x', 5000), $"web-{i:00}")).ToArray();
        var events = pods.Select(p => Warning(p, "BackOff", new string('y', 5000))).ToArray();

        var failed = RolloutVerdict.Of(Tenant, [Overdue("web", 2), Done("job", 1)], new RolloutFacts(pods, events, []));
        var progressing = RolloutVerdict.Of(Tenant, [Unavailable("web", 2), Done("job", 1)], new RolloutFacts(pods, events, []));

        Assert.Equal((RolloutObservation.MaxEvidence, 4), (failed.Evidence!.Count, progressing.Evidence!.Count));
        Assert.All(failed.Evidence, e => Assert.InRange(e.Message.Length, 1, 300));
        Assert.InRange(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(failed).Length, 1, 8 * 1024);
    }

    private static RolloutObservation Progressing(V1Deployment[] deployments, params V1Pod[] pods) => Seen(RolloutCondition.Progressing, deployments, pods);

    private static RolloutObservation Failed(V1Deployment[] deployments, params V1Pod[] pods) => Seen(RolloutCondition.Failed, deployments, pods);

    private static RolloutObservation Seen(RolloutCondition expected, V1Deployment[] deployments, V1Pod[] pods)
    {
        var seen = RolloutVerdict.Of(Tenant, deployments, new RolloutFacts(pods, [], []));
        Assert.Equal(expected, seen.Condition);
        return seen;
    }
}
