using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Kubernetes.Rollouts;
using static TenantSandbox.Functions.Tests.Kubernetes.Rollouts.RolloutSamples;

namespace TenantSandbox.Functions.Tests.Kubernetes.Rollouts;

/// <summary>Whose fault each cause is: the tenant's is invalid, the infrastructure's never.</summary>
public sealed class PodCausesTests
{
    [Theory]
    [InlineData("ImagePullBackOff", "Back-off pulling image \"x\": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image \"x\": x: not found", ErrorClass.Invalid, true)]
    [InlineData("ImagePullBackOff", "pull access denied, repository does not exist or may require authorization", ErrorClass.Invalid, true)]
    [InlineData("ImagePullBackOff", "failed to authorize: 401 Unauthorized", ErrorClass.Invalid, true)]
    [InlineData("ImagePullBackOff", "no match for platform in manifest: not found", ErrorClass.Invalid, true)]
    [InlineData("ErrImagePull", "manifest unknown", ErrorClass.Invalid, false)]
    [InlineData("ImagePullBackOff", "429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit", ErrorClass.Transient, false)]
    [InlineData("ImagePullBackOff", "dial tcp 20.1.2.3:443: i/o timeout", ErrorClass.Transient, false)]
    [InlineData("ImagePullBackOff", "unexpected status from HEAD request: 503 Service Unavailable, blob not found", ErrorClass.Transient, false)]
    [InlineData("ImagePullBackOff", "Back-off pulling image \"x\"", ErrorClass.Transient, false)]
    [InlineData("InvalidImageName", "couldn't parse image reference", ErrorClass.Invalid, true)]
    [InlineData("ErrImageNeverPull", "not present", ErrorClass.Invalid, true)]
    [InlineData("CreateContainerConfigError", "container has runAsNonRoot and image will run as root", ErrorClass.Invalid, true)]
    [InlineData("CreateContainerError", "context deadline exceeded", ErrorClass.Transient, false)]
    [InlineData("RunContainerError", "exec: \"/bin/nope\": stat /bin/nope: no such file or directory", ErrorClass.Invalid, false)]
    [InlineData("RunContainerError", "failed to create shim task: kata agent did not answer", ErrorClass.Transient, false)]
    [InlineData("CrashLoopBackOff", "back-off 5m0s restarting failed container", ErrorClass.Invalid, false)]
    public void Of_WaitingContainer_HasItsClass(string reason, string message, ErrorClass expected, bool isFinal)
    {
        var cause = Cause(WaitingPod("web", reason, message));

        Assert.Equal((reason, expected, isFinal), (cause!.Code, cause.Class, cause.IsFinal));
    }

    [Theory]
    [InlineData("OOMKilled", 137, null, "OOMKilled", ErrorClass.Invalid)]
    [InlineData("Error", 1, null, "CrashLoopBackOff", ErrorClass.Invalid)]
    [InlineData("Completed", 0, null, "CrashLoopBackOff", ErrorClass.Invalid)]
    [InlineData("StartError", 128, "exec: \"app\": executable file not found in $PATH", "StartError", ErrorClass.Invalid)]
    [InlineData("StartError", 128, "failed to create containerd task: failed to start sandbox: qemu exited", "StartError", ErrorClass.Transient)]
    [InlineData("ContainerCannotRun", 127, "exec format error", "ContainerCannotRun", ErrorClass.Invalid)]
    public void Of_CrashLoop_IsTheLastExit(string reason, int exitCode, string? message, string code, ErrorClass expected)
    {
        var pod = WaitingPod("web", "CrashLoopBackOff", "back-off");
        pod.Status.ContainerStatuses[0].LastState = Exit(exitCode, reason, message);

        var cause = Cause(pod);

        Assert.Equal((code, expected, false), (cause!.Code, cause.Class, cause.IsFinal));
    }

    [Fact]
    public void Of_InitContainerThatFails_IsItsLastExit()
    {
        var pod = WaitingPod("web", "PodInitializing", null);
        var failing = WaitingPod("web", "CrashLoopBackOff", "back-off").Status.ContainerStatuses[0];
        failing.Name = "migrate";
        failing.LastState = Exit(3, "Error", null);
        pod.Status.InitContainerStatuses = [failing];

        var cause = Cause(pod);

        Assert.Equal(("CrashLoopBackOff", ErrorClass.Invalid), (cause!.Code, cause.Class));
        Assert.Contains("container migrate ended with exit code 3", cause.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FailedCreatePodSandBox")]
    [InlineData("FailedMount")]
    [InlineData("FailedAttachVolume")]
    public void Of_ContainerThatIsNotCreated_IsTheWarningAndTransient(string reason)
    {
        var pod = WaitingPod("web", "ContainerCreating", null);

        var cause = Cause(pod, Warning(pod, reason, "rpc error: no runtime for kata", count: 9));

        Assert.Equal((reason, ErrorClass.Transient, 9), (cause!.Code, cause.Class, cause.Count));
        Assert.Null(Cause(pod, Warning(Pod("other"), reason, "of another pod")));
    }

    [Fact]
    public void Of_ContainerThatRunsAfterASandboxFailure_IsNotBlamedOnIt()
    {
        var pod = RunningPod("web");

        Assert.Null(Cause(pod, Warning(pod, "FailedCreatePodSandBox", "earlier")));
    }

    [Fact]
    public void Of_PullBackOffWithoutACause_TakesItFromTheEvent()
    {
        var pod = WaitingPod("web", "ImagePullBackOff", "Back-off pulling image \"x\"");

        var cause = Cause(pod, Warning(pod, "Failed", "Failed to pull image \"x\": rpc error: code = NotFound desc = x: not found"));

        Assert.Equal((ErrorClass.Invalid, true), (cause!.Class, cause.IsFinal));
        Assert.Contains("Failed to pull", cause.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Readiness probe failed: HTTP probe failed with statuscode: 503", "Readiness probe failed: HTTP probe failed with statuscode: 503")]
    [InlineData("Readiness probe failed: token=abc", "Readiness probe failed")]
    public void Of_ProgramThatIsNotReady_IsInvalidAndOmitsWhatItPrinted(string message, string expected)
    {
        var pod = RunningPod("web");

        var cause = Cause(pod, Warning(pod, "Unhealthy", message));

        Assert.Equal(("Unhealthy", ErrorClass.Invalid, expected), (cause!.Code, cause.Class, cause.Message));
    }

    [Theory]
    [InlineData("Evicted", "The node was low on resource: memory.", ErrorClass.Transient)]
    [InlineData("Evicted", "Usage of EmptyDir volume \"tmp\" exceeds the limit \"256Mi\".", ErrorClass.Invalid)]
    [InlineData("NodeShutdown", "Pod was terminated in response to imminent node shutdown.", ErrorClass.Transient)]
    public void Of_EndedPod_HasItsClass(string reason, string message, ErrorClass expected)
    {
        var pod = Pod("web");
        pod.Status = new V1PodStatus { Phase = "Failed", Reason = reason, Message = message };

        Assert.Equal((reason, expected), (Cause(pod)!.Code, Cause(pod)!.Class));
    }

    [Fact]
    public void Of_PodThatIsBeingDeleted_IsNoCause()
    {
        var pod = WaitingPod("web", "InvalidImageName", "x");
        pod.Metadata.DeletionTimestamp = DateTime.UnixEpoch;

        Assert.Null(Cause(pod));
    }

    private static RolloutCause? Cause(V1Pod pod, params Corev1Event[] events) => PodCauses.Of(pod, new RolloutFacts([pod], events, []));
}
