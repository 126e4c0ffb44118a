using k8s;
using TenantSandbox.AksTwin;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Kubernetes.Rollouts;

namespace TenantSandbox.Functions.Tests.Kubernetes;

/// <summary>Failures that only the twin gives on demand.</summary>
public sealed class FaultsOverTheWireTests : IAsyncLifetime
{
    private readonly ClusterFixture _cluster = new(kubeconfig: null);

    public Task InitializeAsync() => _cluster.InitializeAsync();

    public Task DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task WatchRollout_ImageThatCannotBePulled_FailsAndNamesTheWorkload()
    {
        var tenant = _cluster.NewTenant();
        Inject("ImagePullBackOff", "registry.example/web:1: not found");
        await _cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        await _cluster.Workloads.ApplyAsync(tenant.Placed(), default);

        var seen = await _cluster.WatchAsync(tenant);

        Assert.Equal(RolloutCondition.Failed, seen.Condition);
        Assert.StartsWith("web: ImagePullBackOff", seen.Detail, StringComparison.Ordinal);
        Assert.Equal(ErrorClass.Invalid, seen.ErrorClass);
    }

    [Theory]
    [InlineData("OOMKilled", null, "OOMKilled", ErrorClass.Invalid, "memory limit (exit code 137)")]
    [InlineData("CrashLoopBackOff", null, "CrashLoopBackOff", ErrorClass.Invalid, "exit code 1 (Error)")]
    [InlineData("ImagePullBackOff", "429 Too Many Requests: toomanyrequests", "ImagePullBackOff", ErrorClass.Transient, "toomanyrequests")]
    [InlineData("FailedCreatePodSandBox", "failed to start sandbox: qemu exited", "FailedCreatePodSandBox", ErrorClass.Transient, "qemu exited")]
    [InlineData("FailedMount", "MountVolume.SetUp failed for volume \"tmp\"", "FailedMount", ErrorClass.Transient, "MountVolume.SetUp failed")]
    public async Task WatchRollout_PodThatDoesNotRun_HasTheCauseItsClassAndEvidence(
        string injected, string? message, string code, ErrorClass expected, string evidence)
    {
        var tenant = _cluster.NewTenant();
        Inject(injected, message);
        await _cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        await _cluster.Workloads.ApplyAsync(tenant.Placed(), default);

        var seen = await _cluster.Rollouts.WatchAsync(tenant.Placed(), default);

        Assert.Equal((RolloutCondition.Progressing, code, expected), (seen.Condition, seen.Code, seen.ErrorClass));
        Assert.Contains(seen.Evidence!, e => e.Object.StartsWith("Pod/web-", StringComparison.Ordinal) && e.Message.Contains(evidence, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("kube.namespaces.patch", InjectedFaultKind.LoseAnswer)]
    [InlineData("kube.namespaces.patch", InjectedFaultKind.Refuse)]
    [InlineData("kube.networkpolicies.patch", InjectedFaultKind.LoseAnswer)]
    [InlineData("kube.resourcequotas.patch", InjectedFaultKind.Refuse)]
    public async Task ApplyNamespace_BrokenOff_IsCompletedByTheNextTry(string call, InjectedFaultKind kind)
    {
        var tenant = _cluster.NewTenant();
        _cluster.Twin.InjectedFaults.Add(new InjectedFault { Call = call, Kind = kind, Status = 503 });

        await Assert.ThrowsAsync<TransientException>(() => _cluster.Namespaces.ApplyAsync(tenant.Placed(), default));
        await _cluster.RunAsync(tenant);

        var policy = await _cluster.Client.NetworkingV1.ReadNamespacedNetworkPolicyAsync("tenant-network", NamespaceManifest.NameOf(tenant.TenantId));
        Assert.Equal(["Ingress", "Egress"], policy.Spec.PolicyTypes);
    }

    [Fact]
    public async Task ApplyWorkloads_PodsThatDontRunAtOnce_AreLeftToTheWatch()
    {
        var (ready, waiting) = (_cluster.NewTenant(), _cluster.NewTenant());
        var rollout = _cluster.Services.Make<WorkloadRollout>();
        await _cluster.Namespaces.ApplyAsync(ready.Placed(), default);
        await _cluster.Namespaces.ApplyAsync(waiting.Placed(), default);

        Assert.Equal(RolloutCondition.Ready, (await rollout.ApplyAsync(ready.Placed(), default))?.Condition);
        Inject("ImagePullBackOff", "registry.example/web:1: not found");
        Assert.Null(await rollout.ApplyAsync(waiting.Placed(), default));
        _cluster.Twin.InjectedFaults.Add(new InjectedFault { Call = "kube.pods.list", Status = 503, Times = null });
        Assert.Null(await rollout.ApplyAsync(waiting.Placed(), default));
    }

    [Fact]
    public async Task WatchRollout_WatchRefused_IsTransient()
    {
        var tenant = _cluster.NewTenant(Sample.Web with { CpuMillis = 500_000, ReadinessProbe = null });
        await _cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        await _cluster.Workloads.ApplyAsync(tenant.Placed(), default);
        _cluster.Twin.InjectedFaults.Add(new InjectedFault { Call = "kube.deployments.watch", Status = 410 });

        Assert.Equal("Expired", (await Assert.ThrowsAsync<TransientException>(() => _cluster.Rollouts.WatchAsync(tenant.Placed(), default))).Code);
    }

    [Fact]
    public async Task DeleteNamespace_PodHeldByAFinalizer_NamesBoth()
    {
        var tenant = _cluster.NewTenant();
        _cluster.Twin.InjectedFaults.Add(new InjectedFault { Call = "kube.pods.create", Kind = InjectedFaultKind.StuckFinalizer });
        await _cluster.RunAsync(tenant);

        var seen = await _cluster.Namespaces.DeleteAsync(Sample.Reference(tenant), default);

        Assert.False(seen.Gone);
        Assert.Contains("twin.tenantsandbox.dev/stuck", seen.Blocker, StringComparison.Ordinal);
        Assert.Contains("pod web-", seen.Blocker, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeleteNamespace_AnswerLost_IsGoneAtTheNextTry()
    {
        var tenant = await _cluster.RunAsync(_cluster.NewTenant());
        _cluster.Twin.InjectedFaults.Add(new InjectedFault { Call = "kube.namespaces.delete", Kind = InjectedFaultKind.LoseAnswer });

        await Assert.ThrowsAsync<TransientException>(() => _cluster.Namespaces.DeleteAsync(Sample.Reference(tenant), default));

        Assert.True((await _cluster.Namespaces.DeleteAsync(Sample.Reference(tenant), default)).Gone);
    }

    private void Inject(string code, string? message) => _cluster.Twin.InjectedFaults.Add(
        new InjectedFault { Call = "kube.pods.create", Kind = InjectedFaultKind.NeverRuns, Code = code, Message = message, Times = null });
}
