using k8s;
using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes.Inspection;

/// <summary>Network policies that others put into a tenant's namespace.</summary>
[Collection(ClusterCollection.Name)]
public sealed class NetworkOpenedOverTheWireTests(ClusterFixture cluster)
{
    private static readonly WorkloadSpec Small = Sample.Web with { Replicas = 1, CpuMillis = 100, MemoryMiB = 256, ReadinessProbe = null, Ports = [new(8080)] };

    [Fact]
    public async Task Inspect_AllowAllOfAStranger_NamesEveryDirection() => Assert.Equal(
        [
            "NetworkOpened NetworkPolicy/strange spec.egress: opens egress to all pods of all namespaces at all ports",
            "NetworkOpened NetworkPolicy/strange spec.egress: opens egress to any address at all ports",
            "NetworkOpened NetworkPolicy/strange spec.ingress: opens ingress from all pods of all namespaces at all ports",
            "NetworkOpened NetworkPolicy/strange spec.ingress: opens ingress from any address at all ports",
        ],
        (await FindAsync(new V1NetworkPolicySpec
        {
            PodSelector = new V1LabelSelector(),
            PolicyTypes = ["Ingress", "Egress"],
            Ingress = [new V1NetworkPolicyIngressRule()],
            Egress = [new V1NetworkPolicyEgressRule()],
        })).Order(StringComparer.Ordinal));

    [Fact]
    public async Task Inspect_EgressToTheMetadataAddress_NamesBlockAndPort() => Assert.Equal(
        ["NetworkOpened NetworkPolicy/strange spec.egress: opens egress to 169.254.169.254/32 at TCP 80"],
        await FindAsync(EgressTo(new V1NetworkPolicyPeer { IpBlock = new V1IPBlock { Cidr = "169.254.169.254/32" } }, new V1NetworkPolicyPort { Port = 80 })));

    [Fact]
    public async Task Inspect_SelectorsOfPods_NamesPodsAndPort() => Assert.Equal(
        ["NetworkOpened NetworkPolicy/strange spec.egress: opens egress to pods app=db of namespaces team in (x,y) at TCP 8000"],
        await FindAsync(EgressTo(
            new V1NetworkPolicyPeer
            {
                NamespaceSelector = new V1LabelSelector { MatchExpressions = [new V1LabelSelectorRequirement { Key = "team", OperatorProperty = "In", Values = ["x", "y"] }] },
                PodSelector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "db" } },
            },
            new V1NetworkPolicyPort { Port = 8000 })));

    [Fact]
    public async Task Inspect_PolicyThatOpensNothingMore_HasNoFinding()
    {
        V1NetworkPolicySpec[] harmless =
        [
            new() { PodSelector = new V1LabelSelector(), PolicyTypes = ["Ingress", "Egress"] },
            EgressTo(new V1NetworkPolicyPeer { PodSelector = new V1LabelSelector() }, new V1NetworkPolicyPort { Port = "main" }),
            EgressTo(new V1NetworkPolicyPeer { IpBlock = new V1IPBlock { Cidr = "203.0.113.0/25" } }, new V1NetworkPolicyPort { Port = 443 }),
        ];
        foreach (var spec in harmless)
        {
            var tenant = cluster.NewTenant(Small);
            tenant = tenant with { Spec = tenant.Spec with { EgressAllowList = [new("203.0.113.0/24", [new(443)])] } };
            Assert.Equal([], await FindAsync(spec, await cluster.RunAsync(tenant)));
        }
    }

    [Fact]
    public async Task Inspect_PolicyThatSelectsNoPodOfTheTenant_HasNoFinding() => Assert.Equal([], await FindAsync(new V1NetworkPolicySpec
    {
        PodSelector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "elsewhere" } },
        PolicyTypes = ["Ingress"],
        Ingress = [new V1NetworkPolicyIngressRule()],
    }));

    [Fact]
    public async Task Inspect_PolicyWithLabelsOfAnotherIncarnation_IsNoPolicyOfTheTenant()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Small));

        var found = await FindAsync(
            EgressTo(new V1NetworkPolicyPeer { IpBlock = new V1IPBlock { Cidr = "10.0.0.0/8" } }), tenant, Labels.Of(Sample.Options.Owner, tenant.TenantId, tenant.Incarnation + 1));

        Assert.Equal(["NetworkOpened NetworkPolicy/strange spec.egress: opens egress to 10.0.0.0/8 at all ports"], found);
    }

    private static V1NetworkPolicySpec EgressTo(V1NetworkPolicyPeer peer, params V1NetworkPolicyPort[] ports) => new()
    {
        PodSelector = new V1LabelSelector(),
        PolicyTypes = ["Egress"],
        Egress = [new V1NetworkPolicyEgressRule { To = [peer], Ports = ports }],
    };

    private async Task<IReadOnlyList<string>> FindAsync(V1NetworkPolicySpec spec, DesiredTenant? tenant = null, IDictionary<string, string>? labels = null)
    {
        tenant ??= await cluster.RunAsync(cluster.NewTenant(Small));
        Assert.Equal([], await cluster.FindDriftAsync(tenant));
        await cluster.Client.NetworkingV1.CreateNamespacedNetworkPolicyAsync(
            new V1NetworkPolicy { Metadata = new V1ObjectMeta { Name = "strange", Labels = labels }, Spec = spec }, NamespaceManifest.NameOf(tenant.TenantId));
        return await cluster.FindDriftAsync(tenant);
    }
}
