using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TenantSandbox.AksTwin;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Core.Isolation.Verification;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Isolation;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes;

/// <summary>Probes of tenants that run on the twin, which plays them with the faults of a cluster that isn't what it says.</summary>
public sealed class IsolationProbesOverTheWireTests : IAsyncLifetime
{
    private const string SystemNamespace = "tenantsandbox-system";
    private const string VerificationId = "blue.1.1.onboard.isolation";

    private readonly ClusterFixture _cluster = new(kubeconfig: null, new()
    {
        ["Verification__ProbeImage"] = "registry.example/probe@sha256:1111111111111111111111111111111111111111111111111111111111111111",
    });

    private IsolationProbes Probes => _cluster.Services.Make<IsolationProbes>();

    public Task InitializeAsync() => _cluster.InitializeAsync();

    public Task DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Verify_TwoTenants_ProbesOnEachNodeShowThatTheyAreIsolated()
    {
        await _cluster.RunAsync(_cluster.NewTenant());
        var tenant = await _cluster.RunAsync(_cluster.NewTenant());

        var checks = await VerifyAsync(tenant);

        Assert.Equal("", Failed(checks));
        var closed = checks.Where(c => c.Id == "probe.closed").Select(c => c.Subject.Split(" to ")[1].Split(' ')[0]).ToArray();
        Assert.Superset(new HashSet<string> { "instance-metadata", "wireserver", "kubelet", "other-tenant" }, closed.ToHashSet());
        var listener = checks.Single(c => c.Id == "probe.listener");
        Assert.True(listener.Verdict == CheckVerdict.Passed, listener.Reason);
        Assert.StartsWith("TimedOut; answered the control probe at ", listener.Observed, StringComparison.Ordinal);
        Assert.DoesNotContain(closed, c => c == "listener");
        // Its pod is deleted.
        await ClusterFixture.WaitUntilAsync(async _ => (await ListSystemAsync()).All(p => p.Metadata.Name.StartsWith("listener-", StringComparison.Ordinal)));
        Assert.All(checks.Where(c => c.Id is "probe.closed" or "probe.kernel" or "probe.memory"), c => Assert.Equal(CheckVerdict.Passed, c.Verdict));
    }

    [Theory]
    [InlineData(InjectedFaultKind.RunsWithRunc, "", "probe.kernel, probe.boot-id, probe.memory, probe.cpus")]
    [InlineData(InjectedFaultKind.GuestMemory, "8", "probe.memory")]
    [InlineData(InjectedFaultKind.GuestMemory, "4096", "probe.memory")]
    [InlineData(InjectedFaultKind.AddressOpen, "168.63.129.16", "probe.closed")]
    [InlineData(InjectedFaultKind.AddressOpen, "169.254.169.254", "probe.closed")]
    [InlineData(InjectedFaultKind.ProbeOutput, "nothing", "probe.result")]
    [InlineData(InjectedFaultKind.ProbeOutput, "garbage", "probe.result")]
    [InlineData(InjectedFaultKind.ProbeOutput, "forgedNonce", "probe.result")]
    [InlineData(InjectedFaultKind.ProbeOutput, "twoLines", "probe.result")]
    public async Task Verify_ClusterThatIsNotWhatItSays_IsFound(InjectedFaultKind kind, string code, string failed)
    {
        var tenant = await _cluster.RunAsync(_cluster.NewTenant());
        _cluster.Twin.InjectedFaults.Add(FaultOf(tenant, kind, code));

        Assert.Equal(failed, Failed(await VerifyAsync(tenant)));
    }

    [Fact]
    public async Task Verify_ListenerThatATenantReaches_IsFound()
    {
        var tenant = await _cluster.RunAsync(_cluster.NewTenant());
        var address = Assert.Single(await ListSystemAsync()).Status.PodIP;
        _cluster.Twin.InjectedFaults.Add(FaultOf(tenant, InjectedFaultKind.AddressOpen, address));

        Assert.Equal("probe.listener", Failed(await VerifyAsync(tenant)));
    }

    [Fact]
    public async Task Verify_EgressThatSomeoneOpened_ReachesTheListener()
    {
        var tenant = await _cluster.RunAsync(_cluster.NewTenant());
        await _cluster.Client.NetworkingV1.CreateNamespacedNetworkPolicyAsync(
            new V1NetworkPolicy
            {
                Metadata = new V1ObjectMeta { Name = "allow-all" },
                Spec = new V1NetworkPolicySpec { PodSelector = new V1LabelSelector(), PolicyTypes = ["Egress"], Egress = [new V1NetworkPolicyEgressRule()] },
            },
            NamespaceManifest.NameOf(tenant.TenantId));

        Assert.Contains("probe.listener", Failed(await VerifyAsync(tenant)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_ListenerThatIsSilent_IsInconclusive()
    {
        var tenant = await _cluster.RunAsync(_cluster.NewTenant());
        var address = Assert.Single(await ListSystemAsync()).Status.PodIP;
        _cluster.Twin.InjectedFaults.Add(new InjectedFault { Call = "probe.run", Kind = InjectedFaultKind.AddressSilent, Code = address, Target = SystemNamespace });

        var checks = await VerifyAsync(tenant);

        Assert.Equal("", Failed(checks));
        var listener = checks.Single(c => c.Id == "probe.listener");
        Assert.Equal(
            (CheckVerdict.Warning, "Inconclusive: it is not shown that the listener answers anyone. The listener didn't answer the control probe: TimedOut."),
            (listener.Verdict, listener.Reason));
    }

    [Fact]
    public async Task Verify_ListenerThatWasReplaced_IsProvenAgain()
    {
        var tenant = await _cluster.RunAsync(_cluster.NewTenant());
        await VerifyAsync(tenant);
        var former = Assert.Single(await ListSystemAsync(), p => p.Metadata.Name.StartsWith("listener-", StringComparison.Ordinal));
        await _cluster.Client.CoreV1.DeleteNamespacedPodAsync(former.Metadata.Name, SystemNamespace);
        await ClusterFixture.WaitUntilAsync(async _ => (await ListSystemAsync()).Any(p => p.Metadata.Uid != former.Metadata.Uid && p.Status.Phase == "Running"));

        // The probe tried the former address.
        Assert.Equal(CheckVerdict.Warning, (await CheckAsync(tenant)).Single(c => c.Id == "probe.listener").Verdict);

        var other = await _cluster.RunAsync(_cluster.NewTenant());
        Assert.Equal(CheckVerdict.Passed, (await VerifyAsync(other)).Single(c => c.Id == "probe.listener").Verdict);
    }

    [Fact]
    public async Task Verify_ListenerThatIsGone_IsInconclusiveUntilTheBaselineIsRepaired()
    {
        var tenant = await _cluster.RunAsync(_cluster.NewTenant());
        await _cluster.Client.AppsV1.DeleteNamespacedDeploymentAsync("listener", SystemNamespace);
        await ClusterFixture.WaitUntilAsync(async _ => (await ListSystemAsync()).Count == 0);

        var checks = await VerifyAsync(tenant);

        Assert.Equal("", Failed(checks));
        var listener = checks.Single(c => c.Id == "probe.listener");
        Assert.Equal(
            (CheckVerdict.Warning, "Inconclusive: the listener was not tried. No pod of Deployment tenantsandbox-system/listener is ready."), (listener.Verdict, listener.Reason));
        Assert.Equal("Deployment/listener", Assert.Single((await _cluster.ApplyBaselineAsync()).Changes).Object);
        await ClusterFixture.WaitUntilAsync(async _ => (await ListSystemAsync()).Any(p => p.Status.Phase == "Running"));
    }

    [Fact]
    public async Task ApplyBaseline_Again_FindsTheListenerAsItShouldBe() => Assert.Empty((await _cluster.ApplyBaselineAsync()).Changes);

    [Fact]
    public async Task ApplyBaseline_WithoutAProbeImage_GivesTheRoomBack()
    {
        await PlaceholderAsync();
        _cluster.Services.GetRequiredService<IOptions<TenantSandboxOptions>>().Value.Verification.ProbeImage = null;

        await _cluster.ApplyBaselineAsync();

        await ClusterFixture.WaitUntilAsync(async cancellation => (await _cluster.Client.CoreV1.ListNamespaceAsync(cancellationToken: cancellation)).Items.All(n => n.Metadata.Name != SystemNamespace));
        Assert.Empty((await _cluster.Client.AppsV1.ListDaemonSetForAllNamespacesAsync()).Items);
    }

    [Fact]
    public async Task Verify_NodeThatTheSchedulerFilled_IsProbedInTheRoomOfThePlaceholder()
    {
        var tenant = await _cluster.RunAsync(_cluster.NewTenant());
        var own = (await _cluster.Client.CoreV1.ListNamespacedPodAsync(NamespaceManifest.NameOf(tenant.TenantId))).Items;
        Assert.All(own, p => Assert.Equal((PriorityClassManifest.Name, "Never"), (p.Spec.PriorityClassName, p.Spec.PreemptionPolicy)));
        var before = await PlaceholderAsync();
        await FillAsync(tenant, moreMillis: 0, PriorityClassManifest.Name);
        Assert.Equal(before.Metadata.Uid, (await PlaceholderAsync()).Metadata.Uid);

        var checks = await VerifyAsync(tenant);

        Assert.Equal("", Failed(checks));
        Assert.All(checks.Where(c => c.Id == "probe.result"), c => Assert.Equal(CheckVerdict.Passed, c.Verdict));
        Assert.NotEqual(before.Metadata.Uid, (await PlaceholderAsync()).Metadata.Uid);
        await Probes.DeleteAsync(tenant.Namespace, default);
        await ClusterFixture.WaitUntilAsync(async _ => (await PlaceholderAsync()).Status.Phase == "Running");

        // What differs is put right, and nothing else.
        Assert.Empty((await _cluster.ApplyBaselineAsync()).Changes);
        await _cluster.Client.AppsV1.PatchNamespacedDaemonSetAsync(
            new V1Patch("""{"spec":{"template":{"spec":{"priorityClassName":null}}}}""", V1Patch.PatchType.MergePatch), PlaceholderManifest.Name, before.Metadata.NamespaceProperty);
        var change = Assert.Single((await _cluster.ApplyBaselineAsync()).Changes);
        Assert.Equal(("DaemonSet/probe-placeholder", "spec.template.spec.priorityClassName is missing"), (change.Object, change.Detail));
        Assert.Empty((await _cluster.ApplyBaselineAsync()).Changes);
    }

    [Fact]
    public async Task Verify_NodeWhosePlaceholderOthersDisplaced_IsAWarning()
    {
        var tenant = await _cluster.RunAsync(_cluster.NewTenant());
        await FillAsync(tenant, moreMillis: 50, priorityClass: null);
        Assert.Equal("Pending", (await PlaceholderAsync()).Status.Phase);

        await Probes.StartAsync(Input(tenant), default);
        var checks = await CheckAsync(tenant);

        Assert.Equal("", Failed(checks));
        var warning = Assert.Single(checks, c => c.Id == "probe.result");
        Assert.Equal(CheckVerdict.Warning, warning.Verdict);
        Assert.Contains("Insufficient cpu", warning.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_Again_KeepsTheProbesAndTheirNonces()
    {
        var tenant = await _cluster.RunAsync(_cluster.NewTenant());
        Assert.Equal(new ProbeStart(true, 1, 120, IsDone: true), await Probes.StartAsync(Input(tenant), default));
        var first = Assert.Single(await ListAsync(tenant));

        await Probes.StartAsync(Input(tenant), default);

        var second = Assert.Single(await ListAsync(tenant));
        Assert.Equal((first.Metadata.Uid, first.Spec.Containers[0].Env[0].Value), (second.Metadata.Uid, second.Spec.Containers[0].Env[0].Value));
    }

    [Fact]
    public async Task Start_AnotherVerification_DeletesWhatAnEarlierOneLeft()
    {
        var tenant = await _cluster.RunAsync(_cluster.NewTenant());
        await Probes.StartAsync(Input(tenant), default);
        var first = Assert.Single(await ListAsync(tenant));

        await Probes.StartAsync(Input(tenant) with { InstanceId = "blue.1.2.verify.isolation" }, default);

        await ClusterFixture.WaitUntilAsync(async _ => (await ListAsync(tenant)).All(p => p.Metadata.Uid != first.Metadata.Uid));
        Assert.Single(await ListAsync(tenant));
    }

    [Fact]
    public async Task Delete_AndAgain_LeavesNone()
    {
        var tenant = await _cluster.RunAsync(_cluster.NewTenant());
        await Probes.StartAsync(Input(tenant), default);

        await Probes.DeleteAsync(tenant.Namespace, default);
        await ClusterFixture.WaitUntilAsync(async _ => (await ListAsync(tenant)).Count == 0);
        await Probes.DeleteAsync(tenant.Namespace, default);

        Assert.Equal("probe.result", Failed(await CheckAsync(tenant)));
    }

    [Fact]
    public async Task Delete_NamespaceOfAnotherIncarnation_IsLeftAlone()
    {
        var tenant = await _cluster.RunAsync(_cluster.NewTenant());
        await Probes.StartAsync(Input(tenant), default);

        await Probes.DeleteAsync(tenant.Namespace with { Incarnation = 2 }, default);

        Assert.Single(await ListAsync(tenant));
    }

    // Of the tenant's probe, not of the control probe of the listener.
    private static InjectedFault FaultOf(DesiredTenant tenant, InjectedFaultKind kind, string code) =>
        new() { Call = "probe.run", Kind = kind, Code = code, Target = NamespaceManifest.NameOf(tenant.TenantId) };

    private static VerificationInput Input(DesiredTenant tenant) =>
        new(tenant.Placed(), ReportCause.Onboarding, new(1, 2, 60, 60, 60, 60), VerificationId, DateTimeOffset.UnixEpoch);

    private static string Failed(IEnumerable<IsolationCheck> checks) =>
        string.Join(", ", checks.Where(c => c.Verdict == CheckVerdict.Failed).Select(c => c.Id).Distinct());

    [Fact]
    public async Task Judge_PodOnANodeWithoutProbe_AsksForProbesAndFailsTheLastAttempt()
    {
        var tenant = await _cluster.RunAsync(_cluster.NewTenant());
        var judge = _cluster.Services.Make<IsolationJudge>();

        var first = await judge.JudgeAsync(Input(tenant), default);
        var last = await judge.JudgeAsync(Input(tenant) with { Attempt = VerificationInput.MaxAttempts - 1 }, default);

        Assert.Equal(IsolationVerdict.Unsettled, first);
        Assert.False(last.MustProbeAgain);
        Assert.Contains("No probe was started on this node", Assert.Single(last.Failures), StringComparison.Ordinal);
    }

    /// <summary>The placeholder on the one node of the pool.</summary>
    private async Task<V1Pod> PlaceholderAsync() =>
        Assert.Single((await _cluster.Client.CoreV1.ListPodForAllNamespacesAsync(labelSelector: "app.kubernetes.io/name=probe-placeholder")).Items);

    /// <summary>Takes all processors that are free on the tenant's node, and some more.</summary>
    private async Task FillAsync(DesiredTenant tenant, int moreMillis, string? priorityClass)
    {
        var own = (await _cluster.Client.CoreV1.ListNamespacedPodAsync(NamespaceManifest.NameOf(tenant.TenantId))).Items[0].Spec.NodeName;
        var node = await _cluster.Client.CoreV1.ReadNodeAsync(own);
        var pods = (await _cluster.Client.CoreV1.ListPodForAllNamespacesAsync(fieldSelector: $"spec.nodeName={own}")).Items;
        var used = pods.SelectMany(p => p.Spec.Containers).Sum(c => c.Resources?.Requests?.TryGetValue("cpu", out var cpu) == true ? cpu.ToDecimal() : 0);
        var millis = (int)((node.Status.Allocatable["cpu"].ToDecimal() - used) * 1000) + moreMillis;
        var filler = ProbePodManifest.Bare(tenant, new Functions.Configuration.TenantSandboxOptions());
        filler.Metadata = new V1ObjectMeta { Name = "filler", NamespaceProperty = "default" };
        (filler.Spec.RestartPolicy, filler.Spec.ActiveDeadlineSeconds, filler.Spec.ServiceAccountName, filler.Spec.PriorityClassName) = ("Always", null, null, priorityClass);
        filler.Spec.NodeSelector = null;
        var resources = filler.Spec.Containers[0].Resources;
        resources.Requests["cpu"] = resources.Limits["cpu"] = new ResourceQuantity($"{millis}m");
        await _cluster.Client.CoreV1.CreateNamespacedPodAsync(filler, "default");
        await ClusterFixture.WaitUntilAsync(async c => (await _cluster.Client.CoreV1.ReadNamespacedPodAsync("filler", "default", cancellationToken: c)).Status.Phase == "Running");
    }

    private async Task<IReadOnlyList<IsolationCheck>> VerifyAsync(DesiredTenant tenant)
    {
        await Probes.StartAsync(Input(tenant), default);
        await ClusterFixture.WaitUntilAsync(async _ => (await Probes.WatchAsync(Input(tenant), default)).IsDone);
        return await CheckAsync(tenant);
    }

    private async Task<IReadOnlyList<IsolationCheck>> CheckAsync(DesiredTenant tenant) => IsolationVerification.Run(
        await _cluster.Services.Make<IsolationFactsReader>().ReadAsync(tenant, VerificationId, default),
        await _cluster.Services.Make<IsolationExpectations>().OfAsync(tenant, default));

    /// <summary>The listener and control probes.</summary>
    private async Task<IList<V1Pod>> ListSystemAsync() =>
        (await _cluster.Client.CoreV1.ListNamespacedPodAsync(SystemNamespace, labelSelector: "app.kubernetes.io/component")).Items;

    private async Task<IList<V1Pod>> ListAsync(DesiredTenant tenant) =>
        (await _cluster.Client.CoreV1.ListNamespacedPodAsync(NamespaceManifest.NameOf(tenant.TenantId), labelSelector: "tenantsandbox/probe")).Items;
}
