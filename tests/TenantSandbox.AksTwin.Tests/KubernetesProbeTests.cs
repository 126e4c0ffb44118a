using System.Text;
using System.Text.Json.Nodes;
using k8s;
using TenantSandbox.AksTwin.Kubernetes;
using TenantSandbox.Core.Isolation.Probe;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Pods that run the probe answer as the real program would under the policies and faults that are in force.</summary>
public sealed class KubernetesProbeTests : IAsyncLifetime
{
    private const string Limits = """{"limits":{"cpu":"1500m","memory":"256Mi"},"requests":{"cpu":"1500m","memory":"256Mi"}}""";
    private const string Kata = "\"runtimeClassName\":\"kata-vm-isolation\",";
    private const string NoToken = "\"automountServiceAccountToken\":false,";
    private const string DenyAll = """{"metadata":{"name":"deny"},"spec":{"podSelector":{},"policyTypes":["Ingress","Egress"]}}""";

    private static readonly ProbeRequest Request = new(
        ProbeRequest.CurrentSchema,
        "00112233445566778899aabbccddeeff",
        [
            Target("imds", "169.254.169.254", 80, kind: ProbeTargetKind.Http),
            Target("wireserver", "168.63.129.16", 32526),
            Target("apiserver", "10.0.0.1", 443),
            Target("dns", "10.0.0.10", 53, ProbeExpectation.Open, ProbeTargetKind.UdpDns),
            Target("outside", "203.0.113.7", 443),
        ]);

    private KubernetesServer _api = null!;
    private string _ns = "";

    public async Task InitializeAsync()
    {
        _api = await KubernetesServer.StartTwinAsync(nodes: 1);
        _ns = await _api.CreateNamespaceAsync();
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Probe_KataPod_RunsInAGuestOfItsLimits()
    {
        var result = await ProbeAsync("p", Kata + NoToken);

        var node = (await NodeAsync()).GetObject("status", "nodeInfo");
        Assert.NotEqual(node.GetString("kernelVersion"), result.Guest.KernelRelease);
        Assert.NotEqual(node.GetString("bootID"), result.Guest.BootId);
        Assert.InRange(result.Guest.MemoryBytes, 220L << 20, (256L << 20) - 1);
        Assert.Equal(2, result.Guest.Cpus);
        Assert.Empty(result.TokenMounts);
        Assert.Equal("Succeeded", (await _api.GetAsync($"/api/v1/namespaces/{_ns}/pods/p")).Body.GetString("status", "phase"));
    }

    [Fact]
    public async Task Probe_RuncPod_SeesItsNode() => await AssertSeesItsNodeAsync(await ProbeAsync("p", NoToken));

    [Theory]
    [InlineData("p")]
    [InlineData("aks-kata-0")]
    [InlineData("aks-*")]
    [InlineData("aks-twin")]
    public async Task Probe_HandlerIsReallyRunc_SeesItsNode(string target)
    {
        Inject(InjectedFaultKind.RunsWithRunc, target: target);

        await AssertSeesItsNodeAsync(await ProbeAsync("p", Kata + NoToken));
    }

    [Fact]
    public async Task Probe_FaultOfAnotherPod_DoesNotApply()
    {
        Inject(InjectedFaultKind.RunsWithRunc, target: "other");

        Assert.NotEqual((await NodeAsync()).GetString("status", "nodeInfo", "bootID"), (await ProbeAsync("p", Kata)).Guest.BootId);
    }

    [Fact]
    public async Task Probe_WrongGuestMemory_IsReported()
    {
        Inject(InjectedFaultKind.GuestMemory, "4096");

        Assert.InRange((await ProbeAsync("p", Kata)).Guest.MemoryBytes, 3L << 30, 4L << 30);
    }

    [Fact]
    public async Task Probe_SecurityContextAndToken_AreThoseOfThePod()
    {
        const string context = """ "securityContext":{"runAsUser":1234,"seccompProfile":{"type":"RuntimeDefault"} }, """;

        var result = await ProbeAsync("p", context, container: """ "securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]} }, """);
        var root = await ProbeAsync("root", """ "securityContext":{"runAsUser":0}, """);

        Assert.Equal(new ProbeProcess(1234, "0000000000000000", 2, NoNewPrivileges: true), result.Process);
        Assert.Equal(["/var/run/secrets/kubernetes.io/serviceaccount"], result.TokenMounts);
        Assert.Equal(new ProbeProcess(0, "00000000a80425fb", 0, NoNewPrivileges: false), root.Process);
    }

    [Fact]
    public async Task Probe_NoPolicy_ReachesEverything()
    {
        var result = await ProbeAsync("p");

        Assert.All(result.Targets, t => Assert.Equal(ProbeReach.Reached, ProbeJudgement.Reach(t.Outcome)));
    }

    [Fact]
    public async Task Probe_DenyAll_ReachesNothing()
    {
        await CreatePolicyAsync(DenyAll);

        Assert.All((await ProbeAsync("p")).Targets, t => Assert.Equal((ProbeOutcome.TimedOut, 1000), (t.Outcome, t.Milliseconds)));
    }

    [Fact]
    public async Task Probe_SomeoneAllowsAll_ReachesEverythingAgain()
    {
        await CreatePolicyAsync(DenyAll);
        await CreatePolicyAsync("""{"metadata":{"name":"open"},"spec":{"podSelector":{},"policyTypes":["Egress"],"egress":[{}]}}""");

        Assert.All((await ProbeAsync("p")).Targets, t => Assert.Equal(ProbeReach.Reached, ProbeJudgement.Reach(t.Outcome)));
    }

    [Fact]
    public async Task Probe_DnsAndAnAllowedBlock_ReachesOnlyThese()
    {
        await CreatePolicyAsync("""
            {"metadata":{"name":"tenant-network"},"spec":{"podSelector":{},"policyTypes":["Ingress","Egress"],"egress":[
            {"to":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"kube-system"}},"podSelector":{"matchLabels":{"k8s-app":"kube-dns"}}}],"ports":[{"protocol":"UDP","port":53}]},
            {"to":[{"ipBlock":{"cidr":"203.0.113.0/24"}}],"ports":[{"protocol":"TCP","port":443}]}]}}
            """);

        var result = await ProbeAsync("p");

        Assert.Equal(
            [ProbeOutcome.TimedOut, ProbeOutcome.TimedOut, ProbeOutcome.TimedOut, ProbeOutcome.Resolved, ProbeOutcome.Connected],
            result.Targets.Select(t => t.Outcome));
    }

    [Fact]
    public async Task Probe_ClosedAddressAnswers_IsConnected()
    {
        await CreatePolicyAsync(DenyAll);
        Inject(InjectedFaultKind.AddressOpen, "168.63.129.16");
        Inject(InjectedFaultKind.AddressOpen, "169.254.169.254");

        var result = await ProbeAsync("p");

        Assert.Equal(["imds", "wireserver"], result.Targets.Where(t => t.Outcome == ProbeOutcome.Connected).Select(t => t.Name));
    }

    [Fact]
    public async Task Probe_OpenAddressIsSilent_TimesOut()
    {
        Inject(InjectedFaultKind.AddressSilent, "10.0.0.10");

        Assert.Equal(["dns"], (await ProbeAsync("p")).Targets.Where(t => t.Outcome == ProbeOutcome.TimedOut).Select(t => t.Name));
    }

    [Fact]
    public async Task Probe_OtherPods_AreReachedByThePoliciesOfBoth()
    {
        var other = await _api.CreateNamespaceAsync();
        await _api.PostAsync($"/api/v1/namespaces/{other}/pods", Manifests.Pod("server").Replace("\"name\":\"c\"", "\"name\":\"c\",\"ports\":[{\"containerPort\":8080}]", StringComparison.Ordinal));
        await _api.PostAsync($"/api/v1/namespaces/{other}/services", """{"metadata":{"name":"s"},"spec":{"clusterIP":"10.0.77.7","selector":{"app":"server"},"ports":[{"port":80,"targetPort":8080}]}}""");
        await _api.PostAsync($"/api/v1/namespaces/{other}/services", """{"metadata":{"name":"none"},"spec":{"clusterIP":"10.0.77.8","selector":{"app":"none"},"ports":[{"port":80}]}}""");
        var address = (await _api.GetAsync($"/api/v1/namespaces/{other}/pods/server")).Body.GetString("status", "podIP")!;
        var node = (await NodeAsync()).GetObjects("status", "addresses").Single(a => a.GetString("type") == "InternalIP").GetString("address")!;
        var request = Request with
        {
            Targets =
            [
                Target("pod", address, 8080), Target("no-listener", address, 8081), Target("service", "10.0.77.7", 80),
                Target("no-endpoints", "10.0.77.8", 80), Target("kubelet", node, 10250), Target("node", node, 9999),
            ],
        };

        var open = await ProbeAsync("open", request: request);
        await _api.PostAsync($"/apis/networking.k8s.io/v1/namespaces/{other}/networkpolicies", DenyAll);
        var closedByTarget = await ProbeAsync("closed", request: request);
        await CreatePolicyAsync(DenyAll);
        var closed = await ProbeAsync("both", request: request);

        const ProbeOutcome connected = ProbeOutcome.Connected, refused = ProbeOutcome.Refused, silent = ProbeOutcome.TimedOut;
        Assert.Equal([connected, refused, connected, refused, connected, refused], open.Targets.Select(t => t.Outcome));
        Assert.Equal([silent, silent, silent, refused, connected, refused], closedByTarget.Targets.Select(t => t.Outcome));
        Assert.Equal([silent, silent, silent, refused, silent, silent], closed.Targets.Select(t => t.Outcome));
    }

    [Fact]
    public async Task Probe_CiliumPolicies_AreInForceBesideTheOthers()
    {
        await CreatePolicyAsync("""{"metadata":{"name":"open"},"spec":{"podSelector":{},"policyTypes":["Egress"],"egress":[{}]}}""");
        await CreateCiliumPolicyAsync("""
            {"metadata":{"name":"hosts"},"spec":{"endpointSelector":{},"egress":[{"toFQDNs":[{"matchName":"example.com"}],"toPorts":[{"ports":[{"port":"443","protocol":"TCP"}]}]}],
            "egressDeny":[{"toCIDR":["169.254.0.0/16","168.63.129.16/32"]}]}}
            """);

        var result = await ProbeAsync("p");

        Assert.Equal(["imds", "wireserver"], result.Targets.Where(t => t.Outcome == ProbeOutcome.TimedOut).Select(t => t.Name));
    }

    [Fact]
    public async Task Probe_CiliumPolicyAlone_OpensOnlyWhatItNames()
    {
        await CreateCiliumPolicyAsync("""
            {"metadata":{"name":"hosts"},"spec":{"endpointSelector":{"matchLabels":{"k8s:app":"p"}},"egress":[
            {"toEndpoints":[{"matchLabels":{"k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name":"kube-system","k8s:k8s-app":"kube-dns"}}],"toPorts":[{"ports":[{"port":"53","protocol":"ANY"}]}]},
            {"toCIDR":["203.0.113.0/24"],"toPorts":[{"ports":[{"port":"0","protocol":"TCP"}]}]}]}}
            """);

        Assert.Equal(["dns", "outside"], Reached(await ProbeAsync("p")));
        Assert.Equal(Request.Targets.Select(t => t.Name), Reached(await ProbeAsync("other")));
    }

    [Fact]
    public async Task Probe_CiliumPolicyThatIsNotEvaluated_CountsAsOpen()
    {
        await CreateCiliumPolicyAsync("""{"metadata":{"name":"host"},"spec":{"endpointSelector":{},"egress":[{"toEntities":["kube-apiserver"]}]}}""");

        Assert.Equal(Request.Targets.Select(t => t.Name), Reached(await ProbeAsync("p")));
    }

    [Theory]
    [InlineData("nothing", "The probe printed nothing.")]
    [InlineData("garbage", "The probe printed no result but: ?[31mSegmentation fault? (core dumped)")]
    [InlineData("forgedNonce", "The probe's result is invalid: nonce is not the request's: the result is of another run, or forged.")]
    [InlineData("twoLines", "The probe printed more than one line, the first is: {\"schema\":1,")]
    public async Task Probe_Sabotaged_IsRefusedByTheReader(string code, string message)
    {
        Inject(InjectedFaultKind.ProbeOutput, code);
        await CreateAsync("p");

        var log = await LogAsync("p");

        Assert.StartsWith(message, Assert.Throws<FormatException>(() => ProbeResultReader.Read(log, Request)).Message, StringComparison.Ordinal);
        Assert.Equal(log, await LogAsync("p"));
    }

    [Fact]
    public async Task Probe_StateChangesAfterwards_KeepsItsResult()
    {
        await CreateAsync("p");
        await CreatePolicyAsync(DenyAll);

        Assert.Equal(Request.Targets.Select(t => t.Name), Reached(ProbeResultReader.Read(await LogAsync("p"), Request)));
    }

    [Fact]
    public async Task Probe_InvalidRequest_FailsWithItsMessage()
    {
        await CreateAsync("p", variable: "{}");

        var pod = (await _api.GetAsync($"/api/v1/namespaces/{_ns}/pods/p")).Body;
        Assert.Equal("Failed", pod.GetString("status", "phase"));
        Assert.Equal(64, pod.GetObjects("status", "containerStatuses").Single().GetInteger("state", "terminated", "exitCode"));
        Assert.StartsWith("tenantsandbox-probe: The request can't be read at ", Encoding.UTF8.GetString(await LogAsync("p")), StringComparison.Ordinal);
    }

    private static ProbeTarget Target(
        string name, string address, int port, ProbeExpectation expected = ProbeExpectation.Closed, ProbeTargetKind kind = ProbeTargetKind.Tcp) =>
        new(name, kind, address, port, expected, 1000, kind == ProbeTargetKind.UdpDns ? "kubernetes.default.svc.cluster.local" : null);

    private static IEnumerable<string> Reached(ProbeResult result) =>
        result.Targets.Where(t => ProbeJudgement.Reach(t.Outcome) == ProbeReach.Reached).Select(t => t.Name);

    private async Task AssertSeesItsNodeAsync(ProbeResult result)
    {
        var node = (await NodeAsync()).GetObject("status")!;
        Assert.Equal(node.GetString("nodeInfo", "kernelVersion"), result.Guest.KernelRelease);
        Assert.Equal(node.GetString("nodeInfo", "bootID"), result.Guest.BootId);
        Assert.Equal($"{result.Guest.MemoryBytes / 1024}Ki", node.GetString("capacity", "memory"));
        Assert.Equal($"{result.Guest.Cpus}", node.GetString("capacity", "cpu"));
    }

    private void Inject(InjectedFaultKind kind, string code = "", string? target = null) =>
        _api.Host!.InjectedFaults.Add(new InjectedFault { Call = InjectedFaults.ProbeRun, Kind = kind, Code = code, Target = target });

    private async Task<JsonObject> NodeAsync() => (await _api.GetAsync("/api/v1/nodes/aks-kata-0")).Body;

    private async Task CreatePolicyAsync(string policy) =>
        Assert.Equal(201, (await _api.PostAsync($"/apis/networking.k8s.io/v1/namespaces/{_ns}/networkpolicies", policy)).Status);

    private async Task CreateCiliumPolicyAsync(string policy)
    {
        var created = await _api.PostAsync($"/apis/cilium.io/v2/namespaces/{_ns}/ciliumnetworkpolicies", policy);
        Assert.True(created.Status == 201, created.Text);
    }

    private async Task CreateAsync(string name, string extra = "", ProbeRequest? request = null, string container = "", string? variable = null)
    {
        var pod = (JsonObject)JsonNode.Parse(Manifests.Pod(name, extra: $"{extra}\"restartPolicy\":\"Never\",", resources: Limits)
            .Replace("\"name\":\"c\"", $"{container}\"name\":\"c\"", StringComparison.Ordinal))!;
        pod["spec"]!["containers"]![0]!["env"] = new JsonArray(
            new JsonObject { ["name"] = ProbeRequest.EnvironmentVariable, ["value"] = variable ?? ProbeRequestReader.Write(request ?? Request) });
        var created = await _api.PostAsync($"/api/v1/namespaces/{_ns}/pods", pod.ToJsonString());
        Assert.True(created.Status == 201, created.Text);
    }

    private async Task<ProbeResult> ProbeAsync(string name, string extra = "", ProbeRequest? request = null, string container = "")
    {
        await CreateAsync(name, extra, request, container);
        return ProbeResultReader.Read(await LogAsync(name), request ?? Request);
    }

    private async Task<byte[]> LogAsync(string name)
    {
        using var log = new MemoryStream();
        await using var answer = await _api.Client.CoreV1.ReadNamespacedPodLogAsync(name, _ns);
        await answer.CopyToAsync(log);
        return log.ToArray();
    }
}
