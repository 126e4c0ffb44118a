using k8s;
using k8s.Models;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Core.Isolation.Verification;
using TenantSandbox.Functions.Isolation;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Tests.Telemetry;

namespace TenantSandbox.Functions.Tests.Kubernetes;

/// <summary>Verifications of tenants that run on the twin, without probes.</summary>
public sealed class IsolationOverTheWireTests : IAsyncLifetime
{
    private readonly ClusterFixture _cluster = new(kubeconfig: null, new() { ["Verification__WithoutProbe"] = "true" });

    public Task InitializeAsync() => _cluster.InitializeAsync();

    public Task DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Judge_TenantThatRuns_IsIsolated()
    {
        using var recorded = new RecordedMetrics();
        var tenant = await _cluster.RunAsync(_cluster.NewTenant());

        var verdict = await JudgeAsync(tenant);

        Assert.NotEmpty(recorded.Of("tenantsandbox.verifications", ("verdict", "passed"), ("cause", "onboarding")));
        Assert.NotEmpty(recorded.Of("tenantsandbox.operation.duration", ("operation", "verifyIsolation"), ("outcome", "succeeded")));
        MetricsTests.AssertAsDocumented(recorded);
        Assert.Equal([], verdict.Failures);
        Assert.True(verdict is { IsIsolated: true, Passed: > 30, Failed: 0, RunsOutsideGuest: false });
        Assert.Contains("kata", verdict.NodeImage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Judge_WorkloadWithTooFewPods_FailsBeforeItIsReadyAndWarnsLater()
    {
        var tenant = await _cluster.RunAsync(_cluster.NewTenant());
        var running = await JudgeAsync(tenant);
        var more = tenant with { Spec = tenant.Spec with { Workloads = [.. tenant.Spec.Workloads.Select(w => w with { Replicas = w.Replicas + 1 })] } };

        var before = await JudgeAsync(more, "verification-2");
        var later = await JudgeAsync(more, "verification-3", ReportCause.Timer);

        Assert.StartsWith("pod.running of ", Assert.Single(before.Failures), StringComparison.Ordinal);
        Assert.Equal((true, false), (before.IsOnlyNotRunning, later.IsOnlyNotRunning));
        Assert.Equal((true, 0, running.Warnings + 1), (later.IsIsolated, later.Failed, later.Warnings));
    }

    [Fact]
    public async Task Judge_PolicyOfSomeoneElse_FailsUntilTheNetworkIsClosed()
    {
        var tenant = await _cluster.RunAsync(_cluster.NewTenant());
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        await _cluster.Client.NetworkingV1.CreateNamespacedNetworkPolicyAsync(
            new V1NetworkPolicy
            {
                Metadata = new V1ObjectMeta { Name = "allow-all" },
                Spec = new V1NetworkPolicySpec { PodSelector = new V1LabelSelector(), PolicyTypes = ["Egress"], Egress = [new V1NetworkPolicyEgressRule()] },
            },
            ns);
        Assert.Equal("network.closed, network.foreign", await FindFailedAsync(tenant));

        var closed = await _cluster.Services.Make<NetworkClosing>().CloseAsync(tenant.Placed(), default);

        Assert.Equal((2, "Every connection of its pods is closed. Policies of others were deleted: NetworkPolicy/allow-all."), (closed.Deleted, closed.Description));
        var left = Assert.Single((await _cluster.Client.NetworkingV1.ListNamespacedNetworkPolicyAsync(ns)).Items);
        Assert.Equal(("tenant-quarantine", null, null), (left.Metadata.Name, left.Spec.Ingress, left.Spec.Egress));
        Assert.Equal("", await FindFailedAsync(tenant));
        Assert.True(await IsMarkedAsync(ns));

        // Lifting the quarantine applies everything again.
        await _cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        Assert.False(await IsMarkedAsync(ns));
        Assert.Equal("tenant-network", Assert.Single((await _cluster.Client.NetworkingV1.ListNamespacedNetworkPolicyAsync(ns)).Items).Metadata.Name);
    }

    private async Task<bool> IsMarkedAsync(string ns)
    {
        var inventory = _cluster.Services.Make<NamespaceInventory>();
        for (string? continuation = null; ;)
        {
            var page = await inventory.ListAsync(new(ClusterFixture.ClusterId, continuation), default);
            if (page.Namespaces.FirstOrDefault(n => n.Name == ns) is { } found)
            {
                return found.IsQuarantined;
            }

            continuation = page.Continuation;
            Assert.NotNull(continuation);
        }
    }

    [Fact]
    public async Task Close_Again_ChangesNothing()
    {
        var tenant = await _cluster.RunAsync(_cluster.NewTenant());
        var closing = _cluster.Services.Make<NetworkClosing>();
        await closing.CloseAsync(tenant.Placed(), default);

        var again = await closing.CloseAsync(tenant.Placed(), default);

        Assert.Equal((0, 0, 0), (again.Deleted, again.Foreign.Count, again.Left.Count));
    }

    [Fact]
    public async Task Judge_PodOfSomeoneElse_IsFound()
    {
        var tenant = await _cluster.RunAsync(_cluster.NewTenant());
        var pod = ProbePodManifest.Bare(tenant, new Functions.Configuration.TenantSandboxOptions());
        (pod.Metadata.Name, pod.Metadata.GenerateName, pod.Spec.RestartPolicy, pod.Spec.ActiveDeadlineSeconds) = ("miner", null, "Always", null);
        pod.Metadata.Labels = new Dictionary<string, string>();
        pod.Spec.Containers[0].Image = "registry.example/miner";
        await _cluster.Client.CoreV1.CreateNamespacedPodAsync(pod, pod.Metadata.NamespaceProperty);

        Assert.Equal("pod.known", await FindFailedAsync(tenant));
    }

    [Fact]
    public async Task Judge_ClusterThatCannotBeListed_FailsWithTheReasonInsteadOfPassing()
    {
        var tenant = await _cluster.RunAsync(_cluster.NewTenant());

        var checks = await CheckAsync(tenant with { PoolName = "absent1" });

        var pool = checks.Where(c => IsolationVerification.AreaOf(c) == "pool").ToArray();
        Assert.All(pool, c => Assert.Equal(CheckVerdict.Failed, c.Verdict));
        Assert.StartsWith("Could not be seen: ", pool[0].Reason, StringComparison.Ordinal);
        Assert.Contains(checks, c => c is { Id: "pod.node", Verdict: CheckVerdict.Failed });
    }

    [Fact]
    public async Task Trials_OfACluster_SayWhatItRefuses()
    {
        var tenant = await _cluster.RunAsync(_cluster.NewTenant());

        var answers = await _cluster.Services.Make<AdmissionTrials>().TryAsync(tenant, default);

        Assert.Contains("kata-runtime-class", answers.Single(a => a.Pod == ForbiddenPod.WithoutKata).Refusal, StringComparison.Ordinal);
        Assert.NotNull(answers.Single(a => a.Pod == ForbiddenPod.WithHostPath).Refusal);
        // Every registry is allowed.
        Assert.Equal(new DryRunFacts(ForbiddenPod.OfForeignRegistry, null), answers.Single(a => a.Pod == ForbiddenPod.OfForeignRegistry));
        Assert.Single((await _cluster.Client.CoreV1.ListNamespacedPodAsync(NamespaceManifest.NameOf(tenant.TenantId))).Items);
    }

    [Fact]
    public async Task Judge_RemovedBindings_AreFoundByWhatIsNoLongerRefused()
    {
        var tenant = await _cluster.RunAsync(_cluster.NewTenant());

        await _cluster.WithoutPoliciesAsync(async () => Assert.Equal("admission.runtime-class", await FindFailedAsync(tenant)));

        Assert.Equal("", await FindFailedAsync(tenant));
    }

    [Fact]
    public async Task Trials_NamespaceThatTakesNothing_GiveNoAnswer()
    {
        var tenant = _cluster.NewTenant();

        var answers = await _cluster.Services.Make<AdmissionTrials>().TryAsync(tenant, default);

        Assert.All(answers, a => Assert.StartsWith("The API server refused a pod that it should take", a.Failure, StringComparison.Ordinal));
    }

    private async Task<IReadOnlyList<IsolationCheck>> CheckAsync(DesiredTenant tenant) => IsolationVerification.Run(
        await _cluster.Services.Make<IsolationFactsReader>().ReadAsync(tenant, "verification-1", default),
        await _cluster.Services.Make<IsolationExpectations>().OfAsync(tenant, default));

    private async Task<string> FindFailedAsync(DesiredTenant tenant) =>
        string.Join(", ", (await CheckAsync(tenant)).Where(c => c.Verdict == CheckVerdict.Failed).Select(c => c.Id).Distinct());

    private Task<IsolationVerdict> JudgeAsync(DesiredTenant tenant, string verification = "verification-1", ReportCause cause = ReportCause.Onboarding) =>
        _cluster.Services.Make<IsolationJudge>().JudgeAsync(
            new VerificationInput(tenant.Placed(), cause, new(1, 2, 60, 60, 60, 60), verification, DateTimeOffset.UnixEpoch), default);
}
