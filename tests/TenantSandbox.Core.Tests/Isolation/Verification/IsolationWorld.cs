using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Isolation.Network;
using TenantSandbox.Core.Isolation.Probe;
using TenantSandbox.Core.Isolation.Verification;
using TenantSandbox.Core.Placement;

namespace TenantSandbox.Core.Tests.Isolation.Verification;

/// <summary>A cluster with one tenant as the APIs show it. Isolated as it is made; a sabotage changes one thing.</summary>
internal sealed class IsolationWorld
{
    public const string Digest = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
    public const string OtherDigest = "sha256:2222222222222222222222222222222222222222222222222222222222222222";
    public static readonly DateTimeOffset At = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
    private const string NodeKernel = "6.6.137.mshv2-2.azl3";
    private const string NodeImage = "AKSAzureLinux-V3katagen2-202611.01.0";

    public JsonObject? Pool { get; set; } = Parse($$"""
        {"name":"sp1","properties":{"workloadRuntime":"KataVmIsolation","osSKU":"AzureLinux","nodeImageVersion":"{{NodeImage}}","enableFIPS":false,
        "nodeTaints":["sandbox=kata:NoSchedule"],"tags":{"tenantsandbox-owner":"acme","tenantsandbox-installation":"prod","tenantsandbox-cluster":"one",
        "tenantsandbox-generation":"3","tenantsandbox-tier":"pooled"} } }
        """);

    public List<JsonObject>? Nodes { get; set; } = [Node("n1", "11111111-1111-4111-8111-111111111111"), Node("n2", "22222222-2222-4222-8222-222222222222")];

    public List<JsonObject>? RuntimeClasses { get; set; } = [.. KataSizing.Documented.Select(RuntimeClass)];

    public List<JsonObject>? Pods { get; set; } = [Pod("web-a", "web", "n1"), Pod("web-b", "web", "n2"), Pod("db-0", "db", "n1")];

    public List<JsonObject>? Policies { get; set; } = [Policy("tenant-network", OwnRules)];

    public List<ProbeFacts>? Probes { get; set; }

    public List<DryRunFacts>? DryRuns { get; set; } =
        [.. Enum.GetValues<ForbiddenPod>().Select(p => new DryRunFacts(p, "ValidatingAdmissionPolicy 'tenantsandbox-pod' denied request"))];

    public IsolationExpectation Expected { get; set; } = new()
    {
        TenantId = "blue",
        Namespace = "tenant-blue",
        ClusterId = "one",
        PoolName = "sp1",
        PoolMarks = new PoolMarks("acme", "prod", "one", null, "pooled", null),
        Names = new SandboxNames(
            "KataVmIsolation", "AzureLinux", "kubernetes.azure.com/kata-vm-isolation", "kata", ["agentpool", "tenantsandbox/pool"], "sandbox=kata:NoSchedule",
            "tenantsandbox/workload", "tenantsandbox/probe"),
        SizeClasses = KataSizing.Documented,
        Workloads =
        [
            new("web", "tenantsandbox-kata-256mi", 2, new Dictionary<string, string> { ["main"] = $"registry.example/web@{Digest}" }),
            new("db", "tenantsandbox-kata-256mi", 1, new Dictionary<string, string> { ["main"] = "registry.example/db:1" }),
        ],
        Policies = [Policy("tenant-network", OwnRules)],
        ClosedTargets =
        [
            new("link-local addresses", AddressSet.Parse("169.254.0.0/16")), new("WireServer", AddressSet.Parse("168.63.129.16/32")),
            new("pods of the cluster", AddressSet.Parse("10.244.0.0/16")),
        ],
        Probe = new ExpectedProbe(128, 50),
    };

    public IsolationWorld() => Probes = [Probe("n1"), Probe("n2")];

    /// <summary>What the control probe found; null where it could not be seen.</summary>
    public ListenerFacts? Listener { get; set; } = new("10.244.9.9", null);

    /// <summary>What the API shows of the first pod of a workload.</summary>
    public JsonObject Web => Pods!.Single(p => p["metadata"]!["name"]!.GetValue<string>() == "web-a");

    public IReadOnlyList<IsolationCheck> Verify() => IsolationVerification.Run(
        new IsolationFacts(
            Seen(Pool), Seen<IReadOnlyList<JsonObject>>(Nodes), Seen<IReadOnlyList<JsonObject>>(RuntimeClasses), Seen<IReadOnlyList<JsonObject>>(Pods),
            Seen<IReadOnlyList<JsonObject>>(Policies), Seen<IReadOnlyList<ProbeFacts>>(Probes), Seen<IReadOnlyList<DryRunFacts>>(DryRuns),
            Seen(Listener)),
        Expected);

    /// <summary>Changes the result of the probe on the first node.</summary>
    public void ChangeProbe(Func<ProbeResult, ProbeResult> change)
    {
        var probe = Probes![0];
        var result = ProbeResultReader.Read(System.Text.Encoding.UTF8.GetBytes(probe.Log!), probe.Request);
        // Not through the writer, which would refuse what a forger prints.
        Probes[0] = probe with { Log = JsonSerializer.Serialize(change(result)) };
    }

    public void ChangeTarget(string name, ProbeOutcome outcome) => ChangeProbe(r => r with
    {
        Targets = [.. r.Targets.Select(t => t.Name == name ? t with { Outcome = outcome } : t)],
    });

    /// <summary>Makes a probe on the first node that was not asked about a target.</summary>
    public void ForgetTarget(string name)
    {
        var probe = Probes![0];
        var result = ProbeResultReader.Read(System.Text.Encoding.UTF8.GetBytes(probe.Log!), probe.Request);
        var request = probe.Request with { Targets = [.. probe.Request.Targets.Where(t => t.Name != name)] };
        Probes[0] = probe with { Request = request, Log = ProbeResultReader.Write(result with { Targets = [.. result.Targets.Where(t => t.Name != name)] }, request) };
    }

    public static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    public static JsonObject Policy(string name, string spec) => Parse($$"""
        {"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"{{name}}","namespace":"tenant-blue"},"spec":{{spec}} }
        """);

    public static JsonObject Pod(string name, string workload, string node) => Parse($$"""
        {"metadata":{"name":"{{name}}","namespace":"tenant-blue","labels":{"tenantsandbox/workload":"{{workload}}"} },
        "spec":{"nodeName":"{{node}}","runtimeClassName":"tenantsandbox-kata-256mi","overhead":{"memory":"32Mi"},"automountServiceAccountToken":false,
          "securityContext":{"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"} },
          "containers":[{"name":"main","image":"registry.example/{{workload}}","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]} } }] },
        "status":{"phase":"Running","containerStatuses":[{"name":"main","imageID":"registry.example/{{workload}}@{{Digest}}","state":{"running":{} } }]} }
        """);

    private const string OwnRules = """
        {"podSelector":{},"policyTypes":["Ingress","Egress"],"ingress":[{"from":[{"podSelector":{}}]}],
        "egress":[{"to":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"kube-system"}},"podSelector":{"matchLabels":{"k8s-app":"kube-dns"}}}],
          "ports":[{"protocol":"UDP","port":53},{"protocol":"TCP","port":53}]},
          {"to":[{"podSelector":{}}]},{"to":[{"ipBlock":{"cidr":"203.0.113.0/24"}}],"ports":[{"protocol":"TCP","port":443}]}]}
        """;

    private static Seen<T> Seen<T>(T? value)
        where T : class => value is null ? new Seen<T>(null, At, "Forbidden") : new(value, At);

    private static JsonObject Node(string name, string bootId) => Parse($$"""
        {"metadata":{"name":"{{name}}","labels":{"agentpool":"sp1","tenantsandbox/pool":"sp1","kubernetes.azure.com/kata-vm-isolation":"true"} },
        "spec":{"taints":[{"key":"sandbox","value":"kata","effect":"NoSchedule"}]},
        "status":{"nodeInfo":{"kernelVersion":"{{NodeKernel}}","bootID":"{{bootId}}","architecture":"amd64"} } }
        """);

    private static JsonObject RuntimeClass(KataSizeClass size) => Parse($$"""
        {"metadata":{"name":"{{size.RuntimeClassName}}"},"handler":"kata","overhead":{"podFixed":{"memory":"{{size.OverheadMemoryMiB}}Mi"} },
        "scheduling":{"nodeSelector":{"kubernetes.azure.com/kata-vm-isolation":"true"},
          "tolerations":[{"key":"sandbox","operator":"Equal","value":"kata","effect":"NoSchedule"}]} }
        """);

    private static ProbeFacts Probe(string node)
    {
        ProbeTarget Target(string name, ProbeTargetKind kind, string address, int port, ProbeExpectation expected) =>
            new(name, kind, address, port, expected, 1000, kind == ProbeTargetKind.UdpDns ? "kubernetes.default.svc.cluster.local" : null);

        var request = new ProbeRequest(1, new string(node[^1], 32),
        [
            Target("instance-metadata", ProbeTargetKind.Http, "169.254.169.254", 80, ProbeExpectation.Closed),
            Target("wireserver", ProbeTargetKind.Tcp, "168.63.129.16", 80, ProbeExpectation.Closed),
            Target("api-server", ProbeTargetKind.Tcp, "10.0.0.1", 443, ProbeExpectation.Closed),
            Target("kubelet", ProbeTargetKind.Tcp, "10.224.0.4", 10250, ProbeExpectation.Closed),
            Target("listener", ProbeTargetKind.Tcp, "10.244.9.9", 8080, ProbeExpectation.Closed),
            Target("dns", ProbeTargetKind.UdpDns, "10.0.0.10", 53, ProbeExpectation.Open),
            Target("allow-list-1", ProbeTargetKind.Tcp, "203.0.113.1", 443, ProbeExpectation.Open),
        ]);
        var result = new ProbeResult(
            1, request.Nonce, At, new ProbeGuest("6.6.137.mshv1-1.azl3", "#1 SMP", Guid.Parse(request.Nonce).ToString(), 110L * 1024 * 1024, 1),
            new ProbeProcess(65532, new string('0', 16), 2, true), [],
            [.. request.Targets.Select(t => new ProbeTargetResult(
                t.Name,
                t.Kind == ProbeTargetKind.UdpDns ? ProbeOutcome.Resolved : t.Expected == ProbeExpectation.Open ? ProbeOutcome.Connected : ProbeOutcome.TimedOut,
                "", 10))]);
        return new ProbeFacts(node, $"probe-{node}", request, ProbeResultReader.Write(result, request));
    }
}
