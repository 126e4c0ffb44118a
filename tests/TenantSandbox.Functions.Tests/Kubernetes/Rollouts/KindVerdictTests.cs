using k8s;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Kubernetes.Rollouts;
using static TenantSandbox.Functions.Tests.Kubernetes.Rollouts.RolloutSamples;

namespace TenantSandbox.Functions.Tests.Kubernetes.Rollouts;

/// <summary>What ready means for the kinds other than Deployment.</summary>
public sealed class KindVerdictTests
{
    private static readonly WorkloadSpec Set = Sample.Web with { Kind = WorkloadKind.StatefulSet };
    private static readonly WorkloadSpec Job = Sample.Web with { Kind = WorkloadKind.Job, Replicas = 1 };

    [Fact]
    public void Of_StatefulSetComplete_IsReady() => Assert.Equal(RolloutCondition.Ready, Seen(Set, StatefulSet()).Condition);

    [Theory]
    [InlineData(1, 2, "2", "web: 1 of 2 ready, 2 updated")]
    [InlineData(2, 1, "2", "web: 2 of 2 ready, 1 updated")]
    [InlineData(2, 2, "1", "web: 2 of 2 ready, 2 updated")]
    public void Of_StatefulSetOnItsWay_IsProgressing(int ready, int updated, string current, string detail)
    {
        var set = StatefulSet();
        (set.Status.ReadyReplicas, set.Status.UpdatedReplicas, set.Status.CurrentRevision) = (ready, updated, current);

        var seen = Seen(Set, set);

        Assert.Equal((RolloutCondition.Progressing, detail), (seen.Condition, seen.Detail));
    }

    [Fact]
    public void Of_StatefulSetThatMayCreateNoPod_FailsWithTheServersWords()
    {
        var set = StatefulSet();
        set.Status.ReadyReplicas = 0;
        var refused = Event(set, "create Pod web-0 failed: violates PodSecurity \"restricted\"", 2);

        var seen = Seen(Set, set, new RolloutFacts([], [refused], []));

        Assert.Equal((RolloutCondition.Failed, ErrorClass.Invalid, "FailedCreate"), (seen.Condition, seen.ErrorClass, seen.Code));
        Assert.Contains("violates PodSecurity", seen.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_RefusalOfAFormerTemplate_DoesNotCount()
    {
        var set = StatefulSet();
        set.Status.ReadyReplicas = 0;

        var seen = Seen(Set, set, new RolloutFacts([], [Event(set, "violates PodSecurity", 0)], []));

        Assert.Equal((RolloutCondition.Progressing, null), (seen.Condition, seen.Code));
    }

    [Theory]
    [InlineData("OrderedReady", "1", false, true)]
    [InlineData("OrderedReady", "1", true, false)]
    [InlineData("OrderedReady", "2", false, false)]
    [InlineData("Parallel", "1", false, false)]
    public void FindStuck_Pod_IsTheUnreadyOneOfAnOlderTemplateInOrder(string policy, string revision, bool isReady, bool isStuck)
    {
        var set = StatefulSet();
        set.Spec.PodManagementPolicy = policy;
        var pod = Pod("web", "web-1");
        pod.Metadata.Labels["controller-revision-hash"] = revision;
        pod.Metadata.OwnerReferences = [new V1OwnerReference { Uid = set.Metadata.Uid }];
        pod.Status.Conditions = [new V1PodCondition { Type = "Ready", Status = isReady ? "True" : "False" }];

        Assert.Equal(isStuck, StatefulSetVerdict.FindStuck(set, [pod]).Any());
    }

    [Fact]
    public void Of_JobComplete_IsReady() => Assert.Equal(RolloutCondition.Ready, Seen(Job, NewJob(Condition("Complete"))).Condition);

    [Theory]
    [InlineData(1, null)]
    [InlineData(null, 1)]
    public void Of_JobStarted_IsReady(int? ready, int? succeeded)
    {
        var job = NewJob();
        (job.Status.Active, job.Status.Ready, job.Status.Succeeded) = (1, ready, succeeded);

        Assert.Equal(RolloutCondition.Ready, Seen(Job, job).Condition);
    }

    [Fact]
    public void Of_JobOfServersThatCountNoReadyPods_IsReadyOnceAPodRuns() =>
        Assert.Equal(RolloutCondition.Ready, Seen(Job, NewJob(), new RolloutFacts([RunningPod("web")], [], [])).Condition);

    [Fact]
    public void Of_JobOfAFormerContent_IsNotTakenForTheNewOne()
    {
        var job = NewJob(Condition("Complete"));
        job.Metadata.Annotations[Labels.JobContent] = "other";

        Assert.Equal("web: a former Job has not been replaced yet", Seen(Job, job).Detail);
    }

    [Fact]
    public void Of_JobFailed_HasItsPodsCause()
    {
        var pod = Pod("web");
        pod.Status.Phase = "Failed";
        pod.Spec.RestartPolicy = "Never";
        pod.Status.ContainerStatuses = [new V1ContainerStatus { Name = "main", State = Exit(137, "OOMKilled", null), LastState = new V1ContainerState() }];

        var seen = Seen(Job, NewJob(Condition("Failed", "BackoffLimitExceeded", "too often")), new RolloutFacts([pod], [], []));

        Assert.Equal((RolloutCondition.Failed, "OOMKilled", ErrorClass.Invalid), (seen.Condition, seen.Code, seen.ErrorClass));
        Assert.StartsWith("web: BackoffLimitExceeded: too often; OOMKilled: ", seen.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BackoffLimitExceeded", ErrorClass.Invalid)]
    [InlineData("DeadlineExceeded", ErrorClass.Transient)]
    public void Of_JobFailedWithoutPods_IsClassifiedByItsReason(string reason, ErrorClass errorClass)
    {
        var seen = Seen(Job, NewJob(Condition("Failed", reason, "why")));

        Assert.Equal((RolloutCondition.Failed, reason, errorClass), (seen.Condition, seen.Code, seen.ErrorClass));
    }

    [Fact]
    public void Of_JobThatHadFailedBefore_DoesNotFailTheRolloutOfSomethingElse()
    {
        var tenant = Sample.Placed("acme", [Job]);
        var failed = NewJob(Condition("Failed", "BackoffLimitExceeded", "why"));
        var changed = tenant.Spec with { Workloads = [Job with { Image = "registry.example/other:1" }] };

        Assert.Equal(RolloutCondition.Ready, RolloutVerdict.Of(tenant with { Former = new(tenant.Spec, "pool1", []) }, [failed], null).Condition);
        Assert.Equal(RolloutCondition.Failed, RolloutVerdict.Of(tenant with { Former = new(changed, "pool1", []) }, [failed], null).Condition);
    }

    [Fact]
    public void Of_CronJob_IsReadyOnceItExists()
    {
        var cronJob = Sample.Web with { Kind = WorkloadKind.CronJob };

        Assert.Equal(RolloutCondition.Ready, Seen(cronJob, new V1CronJob { Metadata = new V1ObjectMeta { Name = "web" } }).Condition);
        Assert.Equal("web: its CronJob does not exist yet", RolloutVerdict.Of(Sample.Placed("acme", [cronJob]), [], null).Detail);
    }

    private static RolloutObservation Seen(WorkloadSpec workload, IKubernetesObject<V1ObjectMeta> maker, RolloutFacts? facts = null) =>
        RolloutVerdict.Of(Sample.Placed("acme", [workload]), [maker], facts);

    private static V1StatefulSet StatefulSet() => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = "web",
            Uid = "uid-of-set",
            Generation = 1,
            ManagedFields = [new V1ManagedFieldsEntry { Manager = ServerSideApply.FieldManager, Time = DateTime.UnixEpoch.AddHours(1) }],
        },
        Spec = new V1StatefulSetSpec { Replicas = 2 },
        Status = new V1StatefulSetStatus
        {
            ObservedGeneration = 1,
            Replicas = 2,
            ReadyReplicas = 2,
            UpdatedReplicas = 2,
            CurrentRevision = "2",
            UpdateRevision = "2",
        },
    };

    private static V1Job NewJob(params V1JobCondition[] conditions) => new()
    {
        Metadata = new V1ObjectMeta { Name = "web", Annotations = new Dictionary<string, string> { [Labels.JobContent] = JobContent.HashOf(Job) } },
        Spec = new V1JobSpec(),
        Status = new V1JobStatus { Conditions = conditions },
    };

    private static V1JobCondition Condition(string type, string? reason = null, string? message = null) =>
        new() { Type = type, Status = "True", Reason = reason, Message = message };

    private static Corev1Event Event(V1StatefulSet set, string message, int hours) => new()
    {
        InvolvedObject = new V1ObjectReference { Kind = "StatefulSet", Name = set.Metadata.Name, Uid = set.Metadata.Uid },
        Type = "Warning",
        Reason = "FailedCreate",
        Message = message,
        LastTimestamp = DateTime.UnixEpoch.AddHours(hours),
    };
}
