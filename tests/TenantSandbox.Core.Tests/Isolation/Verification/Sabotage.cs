using System.Text.Json.Nodes;
using TenantSandbox.Core.Isolation.Probe;
using TenantSandbox.Core.Isolation.Verification;

namespace TenantSandbox.Core.Tests.Isolation.Verification;

/// <summary>One way to break isolation, and the check that must find it.</summary>
/// <param name="Name">What is done.</param>
/// <param name="Check">The one check that fails.</param>
/// <param name="Do">Does it.</param>
internal sealed record Sabotage(string Name, string Check, Action<IsolationWorld> Do)
{
    public static IReadOnlyList<Sabotage> All { get; } =
    [
        new("a pool that runs ordinary containers", "pool.workload-runtime", w => Set(w.Pool!, "OCIContainer", "properties", "workloadRuntime")),
        new("a pool without the hypervisor's node image", "pool.node-image", w => Set(w.Pool!, "AKSAzureLinux-V3gen2-202611.01.0", "properties", "nodeImageVersion")),
        new("a pool that states no node image", "pool.node-image", w => Set(w.Pool!, null, "properties", "nodeImageVersion")),
        new("a pool with Ubuntu", "pool.os-sku", w => Set(w.Pool!, "Ubuntu", "properties", "osSKU")),
        new("a pool of someone else", "pool.owner", w => Set(w.Pool!, "other", "properties", "tags", "tenantsandbox-owner")),
        new("a pool of another installation", "pool.owner", w => Set(w.Pool!, "test", "properties", "tags", "tenantsandbox-installation")),
        new("the pool of a second cluster", "pool.owner", w => Set(w.Pool!, "two", "properties", "tags", "tenantsandbox-cluster")),
        new("a pool dedicated to another tenant", "pool.tenancy", w => Set(w.Pool!, "red", "properties", "tags", "tenantsandbox-tenant")),
        new("a pool of the other tier", "pool.tenancy", w => Set(w.Pool!, "dedicated", "properties", "tags", "tenantsandbox-tier")),
        new("a pool without its taint", "pool.taint", w => Set(w.Pool!, new JsonArray(), "properties", "nodeTaints")),
        new("a pool with FIPS", "pool.fips", w => Set(w.Pool!, true, "properties", "enableFIPS")),
        new("a pool with a virtual TPM", "pool.trusted-launch", w => w.Pool!["properties"]!["securityProfile"] = new JsonObject { ["enableVTPM"] = true }),
        new("a pool with secure boot", "pool.trusted-launch", w => w.Pool!["properties"]!["securityProfile"] = new JsonObject { ["enableSecureBoot"] = true }),
        new("a pool that streams images", "pool.artifact-streaming", w => w.Pool!["properties"]!["artifactStreamingProfile"] = new JsonObject { ["enabled"] = true }),

        new("a node without AKS's label", "node.kata-label", w => Label(w.Nodes![0], "kubernetes.azure.com/kata-vm-isolation", null)),
        new("a node with an ordinary kernel", "node.kernel", w => Set(w.Nodes![0], "6.6.130.1-3.azl3", "status", "nodeInfo", "kernelVersion")),
        new("a node that lost its taint", "node.taint", w => Set(w.Nodes![1], new JsonArray(), "spec", "taints")),
        new("a node with its taint weakened", "node.taint", w => Set(w.Nodes![1], "PreferNoSchedule", "spec", "taints", "0", "effect")),
        new("a node of another pool with a stolen label", "node.pool", w => Label(w.Nodes![0], "agentpool", "system")),
        new("an Arm64 node", "node.architecture", w => Set(w.Nodes![0], "arm64", "status", "nodeInfo", "architecture")),

        new("a missing RuntimeClass", "runtimeclass.exists", w => w.RuntimeClasses!.RemoveAll(c => NameOf(c) == "tenantsandbox-kata-256mi")),
        new("a RuntimeClass whose handler is runc", "runtimeclass.handler", w => Set(Class(w), "runc", "handler")),
        new("a RuntimeClass with another kata handler", "runtimeclass.handler", w => Set(Class(w), "kata-preview", "handler")),
        new("a RuntimeClass without overhead", "runtimeclass.overhead", w => Set(Class(w), null, "overhead")),
        new("a RuntimeClass with less overhead", "runtimeclass.overhead", w => Set(Class(w), "1Mi", "overhead", "podFixed", "memory")),
        new("a RuntimeClass for every node", "runtimeclass.scheduling", w => Set(Class(w), null, "scheduling", "nodeSelector")),
        new("a RuntimeClass that tolerates everything", "runtimeclass.scheduling", w => Set(Class(w), new JsonArray(new JsonObject { ["operator"] = "Exists" }), "scheduling", "tolerations")),

        new("a pod that slipped to runc", "pod.runtime-class", w => Slip(w.Web, null)),
        new("a pod with the RuntimeClass runc", "pod.runtime-class", w => Slip(w.Web, "runc")),
        new("a pod admitted without overhead", "pod.overhead", w => Set(w.Web, null, "spec", "overhead")),
        new("a pod of someone else", "pod.known", w => w.Pods!.Add(IsolationWorld.Pod("miner", "miner", "n1"))),
        new("a workload whose second pod is missing", "pod.running", w => w.Pods!.Remove(w.Web)),
        new("a pod that doesn't run yet", "pod.running", w => Set(w.Web, "Pending", "status", "phase")),
        new("a mounted token", "pod.token", w => Set(w.Web, true, "spec", "automountServiceAccountToken")),
        new("a token by default", "pod.token", w => Set(w.Web, null, "spec", "automountServiceAccountToken")),
        new("a projected token of the API server", "pod.token", w => w.Web["spec"]!["volumes"] = Projected(null)),
        new("a projected token of another audience", "pod.token", w => w.Web["spec"]!["volumes"] = Projected("vault")),
        new("the node's network", "pod.host-namespaces", w => Set(w.Web, true, "spec", "hostNetwork")),
        new("the node's processes", "pod.host-namespaces", w => Set(w.Web, true, "spec", "hostPID")),
        new("a directory of the node", "pod.security", w => w.Web["spec"]!["volumes"] = IsolationWorld.Parse("""{"v":[{"name":"root","hostPath":{"path":"/"}}]}""")["v"]!.DeepClone()),
        new("a privileged container", "pod.security", w => Set(w.Web, true, "spec", "containers", "0", "securityContext", "privileged")),
        new("an added capability", "pod.security", w => w.Web["spec"]!["containers"]![0]!["securityContext"]!["capabilities"]!["add"] = new JsonArray("SYS_ADMIN")),
        new("a debug container", "pod.containers", w => w.Web["spec"]!["ephemeralContainers"] = new JsonArray(
            new JsonObject { ["name"] = "debugger", ["securityContext"] = w.Web["spec"]!["containers"]![0]!["securityContext"]!.DeepClone() })),
        new("a second image under one tag", "pod.image-digest", w => Set(w.Pods![1], $"registry.example/web@{IsolationWorld.OtherDigest}", "status", "containerStatuses", "0", "imageID")),
        new("an image without digest", "pod.image-digest", w => Set(w.Pods![2], "registry.example/db", "status", "containerStatuses", "0", "imageID")),
        new("another image than the named one", "pod.image-named", w =>
        {
            foreach (var pod in w.Pods!.Take(2))
            {
                Set(pod, $"registry.example/web@{IsolationWorld.OtherDigest}", "status", "containerStatuses", "0", "imageID");
            }
        }),

        new("a cluster without a policy engine", "network.engine", w => w.Expected = w.Expected with { NoPolicyEngine = "networkPolicy of the managed cluster is none" }),
        new("a removed default deny", "network.default-deny", w => w.Policies!.Clear()),
        new("a default deny for incoming connections only", "network.default-deny", w => w.Policies =
            [IsolationWorld.Policy("tenant-network", """{"podSelector":{},"policyTypes":["Ingress"]}""")]),
        new("a policy that opens instance metadata", "network.closed", w => w.Policies!.Add(Block("169.254.169.254/32"))),
        new("a policy that opens the WireServer", "network.closed", w => w.Policies!.Add(Block("168.63.129.16/32"))),
        new("a policy that opens another tenant's pod by address", "network.closed", w => w.Policies!.Add(Block("10.244.3.7/32"))),
        new("a policy that opens an address outside", "network.foreign", w => w.Policies!.Add(Block("198.51.100.1/32"))),
        new("a policy that opens the pods of another tenant", "network.foreign", w => w.Policies!.Add(IsolationWorld.Policy(
            "peer", """{"podSelector":{},"policyTypes":["Egress"],"egress":[{"to":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"tenant-red"}}}]}]}"""))),
        new("a policy that lets everybody in", "network.foreign", w => w.Policies!.Add(IsolationWorld.Policy(
            "in", """{"podSelector":{},"policyTypes":["Ingress"],"ingress":[{}]}"""))),
        new("a policy of a kind that isn't evaluated", "network.readable", w => w.Policies!.Add(IsolationWorld.Parse(
            """{"apiVersion":"cilium.io/v2","kind":"CiliumNetworkPolicy","metadata":{"name":"c","namespace":"tenant-blue"},"spec":{"egress":[{"toEntities":["all"]}]}}"""))),

        new("a handler that is really runc", "probe.kernel", w => w.ChangeProbe(r => r with { Guest = r.Guest with { KernelRelease = "6.6.137.mshv2-2.azl3" } })),
        new("a guest that is its node", "probe.boot-id", w => w.ChangeProbe(r => r with { Guest = r.Guest with { BootId = "11111111-1111-4111-8111-111111111111" } })),
        new("a guest with the memory of its node", "probe.memory", w => w.ChangeProbe(r => r with { Guest = r.Guest with { MemoryBytes = 16L << 30 } })),
        new("a guest with too little memory", "probe.memory", w => w.ChangeProbe(r => r with { Guest = r.Guest with { MemoryBytes = 32L << 20 } })),
        new("a guest with the processors of its node", "probe.cpus", w => w.ChangeProbe(r => r with { Guest = r.Guest with { Cpus = 4 } })),
        new("a token in the guest", "probe.token", w => w.ChangeProbe(r => r with { TokenMounts = ["/var/run/secrets/kubernetes.io/serviceaccount"] })),
        new("a guest process with capabilities", "probe.privileges", w => w.ChangeProbe(r => r with { Process = r.Process with { EffectiveCapabilities = "000001ffffffffff" } })),
        new("an open WireServer", "probe.closed", w => w.ChangeTarget("wireserver", ProbeOutcome.Connected)),
        new("instance metadata that refuses", "probe.closed", w => w.ChangeTarget("instance-metadata", ProbeOutcome.Refused)),
        new("a target of which nothing is known", "probe.closed", w => w.ChangeTarget("kubelet", ProbeOutcome.Failed)),
        new("a listener that answers the guest", "probe.listener", w => w.ChangeTarget("listener", ProbeOutcome.Connected)),
        new("a listener that refuses the guest", "probe.listener", w => w.ChangeTarget("listener", ProbeOutcome.Refused)),
        new("a listener of which nothing is known", "probe.listener", w => w.ChangeTarget("listener", ProbeOutcome.Failed)),
        new("a listener that answers the guest and nobody else", "probe.listener", w =>
        {
            w.ChangeTarget("listener", ProbeOutcome.Connected);
            w.Listener = new ListenerFacts("10.244.9.9", "The control probe timed out.");
        }),
        new("DNS that doesn't answer", "probe.open", w => w.ChangeTarget("dns", ProbeOutcome.TimedOut)),
        new("a silent probe", "probe.result", w => w.Probes![0] = w.Probes[0] with { Log = "" }),
        new("a probe that didn't start", "probe.result", w => w.Probes![0] = w.Probes[0] with { Log = null, Failure = "ImagePullBackOff" }),
        new("a forged nonce", "probe.result", w => w.ChangeProbe(r => r with { Nonce = new string('f', 32) })),
        new("garbage for a result", "probe.result", w => w.Probes![0] = w.Probes[0] with { Log = "Segmentation fault" }),
        new("a node without a probe", "probe.result", w => w.Probes!.RemoveAt(1)),

        new("a cluster that takes pods without kata", "admission.runtime-class", w => w.DryRuns![0] = new DryRunFacts(ForbiddenPod.WithoutKata, null)),
        new("a cluster that takes host paths", "admission.host-path", w => w.DryRuns![1] = new DryRunFacts(ForbiddenPod.WithHostPath, null)),
        new("a cluster that takes foreign images", "admission.registry", w => w.DryRuns![2] = new DryRunFacts(ForbiddenPod.OfForeignRegistry, null)),
        new("a dry run without an answer", "admission.registry", w => w.DryRuns![2] = new DryRunFacts(ForbiddenPod.OfForeignRegistry, null, "timed out")),
        new("a dry run that wasn't tried", "admission.runtime-class", w => w.DryRuns!.RemoveAt(0)),
    ];

    private static JsonObject Block(string cidr) =>
        IsolationWorld.Policy("opening", $$"""{"podSelector":{},"policyTypes":["Egress"],"egress":[{"to":[{"ipBlock":{"cidr":"{{cidr}}"} }]}]}""");

    private static JsonNode Projected(string? audience) => IsolationWorld.Parse($$"""
        {"v":[{"name":"t","projected":{"sources":[{"serviceAccountToken":{"path":"token"{{(audience is null ? "" : $",\"audience\":\"{audience}\"")}} } }]} }]}
        """)["v"]!.DeepClone();

    // Its overhead goes with its class.
    private static void Slip(JsonObject pod, string? runtimeClass)
    {
        Set(pod, runtimeClass, "spec", "runtimeClassName");
        Set(pod, null, "spec", "overhead");
    }

    private static JsonObject Class(IsolationWorld world) => world.RuntimeClasses!.Single(c => NameOf(c) == "tenantsandbox-kata-256mi");

    private static string NameOf(JsonObject item) => item["metadata"]!["name"]!.GetValue<string>();

    private static void Label(JsonObject item, string name, string? value) => Set(item, value, "metadata", "labels", name);

    private static void Set(JsonObject item, JsonNode? value, params string[] path)
    {
        JsonNode parent = item;
        foreach (var part in path[..^1])
        {
            parent = int.TryParse(part, out var index) ? parent[index]! : parent[part]!;
        }

        if (value is null)
        {
            parent.AsObject().Remove(path[^1]);
        }
        else
        {
            parent[path[^1]] = value;
        }
    }
}
