using System.Net;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes.Manifests;

public sealed class ManifestTests
{
    [Theory]
    [InlineData("0.0.0.0/0", "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 224.0.0.0/3")]
    [InlineData("168.63.0.0/16", "168.63.129.16/32")]
    [InlineData("::/0", "::/3 2001::/32 2002::/16 4000::/2 8000::/1")]
    [InlineData("2000::/3", "2001::/32 2002::/16")]
    [InlineData("8.0.0.0/6", "10.0.0.0/8")]
    [InlineData("203.0.113.0/24", "")]
    public void DeniedBlocks_WideAllowance_AreTakenOut(string allowed, string except) =>
        Assert.Equal(except, string.Join(' ', new DeniedBlocks([], []).BlockWithout(IPNetwork.Parse(allowed), isEgress: true).Except ?? []));

    [Theory]
    [InlineData("169.254.169.254/32")]
    [InlineData("168.63.129.16/32")]
    [InlineData("169.254.0.0/16")]
    [InlineData("10.1.0.0/16")]
    [InlineData("172.20.0.0/16")]
    [InlineData("192.168.7.0/24")]
    [InlineData("100.100.0.0/16")]
    [InlineData("127.0.0.1/32")]
    [InlineData("224.0.0.0/4")]
    [InlineData("fe80::1/128")]
    [InlineData("fd00::/8")]
    [InlineData("fec0::/16")]
    [InlineData("ff02::/16")]
    [InlineData("::1/128")]
    [InlineData("64:ff9b::a9fe:a9fe/128")]
    [InlineData("64:ff9b:1::/48")]
    [InlineData("2002:a9fe:a9fe::/48")]
    [InlineData("2001:0:1::/48")]
    [InlineData("8000::/1")]
    public void DeniedBlocks_AllowanceInside_IsRefused(string allowed) =>
        Assert.Equal("EgressDenied", Assert.Throws<InvalidException>(() => new DeniedBlocks([], []).BlockWithout(IPNetwork.Parse(allowed), isEgress: true)).Code);

    [Fact]
    public void DeniedBlocks_OneInsideAnother_OnlyTheOuterIsNamed() =>
        Assert.Equal(["20.0.0.0/8"], new DeniedBlocks(["20.1.0.0/16", "20.0.0.0/8"], []).BlockWithout(IPNetwork.Parse("20.0.0.0/6"), isEgress: true).Except);

    [Fact]
    public void DeniedBlocks_PrivateThatIsAllowed_IsOpenButForTheClusters()
    {
        var denied = new DeniedBlocks(["10.50.7.0/24", "10.244.0.0/16"], ["10.50.0.0/16"]);

        Assert.Equal(["10.50.7.0/24"], denied.BlockWithout(IPNetwork.Parse("10.50.0.0/16"), isEgress: true).Except);
        Assert.Equal(["10.48.0.0/15", "10.50.7.0/24", "10.51.0.0/16"], denied.BlockWithout(IPNetwork.Parse("10.48.0.0/14"), isEgress: true).Except);
        Assert.Throws<InvalidException>(() => denied.BlockWithout(IPNetwork.Parse("10.50.7.128/25"), isEgress: true));
        Assert.Throws<InvalidException>(() => denied.BlockWithout(IPNetwork.Parse("10.244.0.0/17"), isEgress: true));
    }

    [Fact]
    public void DeniedBlocks_PrivateSource_IsBoundedByTheSourcesInstead()
    {
        var denied = new DeniedBlocks(["10.244.0.0/16"], []);

        Assert.Equal(["10.244.0.0/16"], denied.BlockWithout(IPNetwork.Parse("10.0.0.0/8"), isEgress: false).Except);
        Assert.Equal("IngressDenied", Assert.Throws<InvalidException>(() => denied.BlockWithout(IPNetwork.Parse("100.64.0.0/16"), isEgress: false)).Code);
    }

    [Fact]
    public void NetworkPolicy_EmptyAllowList_LeavesOnlyDnsAndTheTenantItself()
    {
        var policy = NetworkPolicyManifest.Policy(Sample.Placed("acme", [Sample.Web]), Sample.Options, new([]));

        Assert.Equal(["Ingress", "Egress"], policy.Spec.PolicyTypes);
        Assert.Equal(2, policy.Spec.Egress.Count);
        Assert.DoesNotContain(policy.Spec.Egress.SelectMany(r => r.To), p => p.IpBlock is not null);
    }

    [Fact]
    public void NetworkPolicy_OwnDns_ReplacesTheDefaultLabels()
    {
        var options = Sample.Options;
        options.Network.DnsNamespaceLabels["name"] = "dns";

        var dns = NetworkPolicyManifest.Policy(Sample.Tenant, options, new([])).Spec.Egress[0].To[0];

        Assert.Equal(["name"], dns.NamespaceSelector.MatchLabels.Keys);
        Assert.Equal("kube-dns", dns.PodSelector.MatchLabels["k8s-app"]);
    }

    [Fact]
    public void Pod_GuestLargerThanEveryClass_IsRefused()
    {
        var tenant = Sample.Placed("acme", [Sample.Web with { MemoryMiB = 4096 }]) with { SizeClasses = [new KataSizeClass("small", 1024, 128)] };

        var refused = Assert.Throws<InvalidException>(() => DeploymentManifest.Deployment(tenant.Spec.Workloads[0], tenant, Sample.Options));

        Assert.Equal("GuestTooLarge", refused.Code);
    }

    [Fact]
    public void Deployment_NewRevision_LeavesThePodTemplateAlone()
    {
        var before = DeploymentManifest.Deployment(Sample.Web, Sample.Tenant, Sample.Options);
        var after = DeploymentManifest.Deployment(Sample.Web, Sample.Tenant with { Revision = 8 }, Sample.Options);

        Assert.Equal(k8s.KubernetesJson.Serialize(before.Spec), k8s.KubernetesJson.Serialize(after.Spec));
        Assert.NotEqual(before.Metadata.Annotations, after.Metadata.Annotations);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 0)]
    public void Deployment_MaxSurge_DecidesWhetherAReplicaGoesFirst(int maxSurge, int maxUnavailable)
    {
        var options = new TenantSandboxOptions { Workloads = { MaxSurge = maxSurge } };

        var strategy = DeploymentManifest.Deployment(Sample.Web, Sample.Tenant, options).Spec.Strategy.RollingUpdate;

        Assert.Equal($"{maxSurge}/{maxUnavailable}", $"{strategy.MaxSurge.Value}/{strategy.MaxUnavailable.Value}");
    }

    [Fact]
    public void Pod_WithoutBinding_HasNoNodeSelector()
    {
        var options = new TenantSandboxOptions { Workloads = { BindToPool = false } };

        Assert.Null(DeploymentManifest.Deployment(Sample.Web, Sample.Tenant, options).Spec.Template.Spec.NodeSelector);
    }

    [Fact]
    public void Probe_TcpPort_BecomesASocketCheck()
    {
        var workload = Sample.Web with { ReadinessProbe = new ReadinessProbe(null, 8080, []) };

        var probe = DeploymentManifest.Deployment(workload, Sample.Tenant, Sample.Options).Spec.Template.Spec.Containers[0].ReadinessProbe;

        Assert.Equal("8080", probe.TcpSocket.Port.Value);
        Assert.Null(probe.HttpGet);
        Assert.Null(probe.Exec);
    }

    [Theory]
    [InlineData(1536, "1536Mi")]
    [InlineData(2048, "2Gi")]
    public void MiB_Amount_IsCanonical(long mebibytes, string expected) => Assert.Equal(expected, Quantities.MiB(mebibytes).ToString());

    [Fact]
    public void Pod_VariableReferences_AreEscapedUnlessTheWorkloadWantsThemExpanded()
    {
        var workload = Sample.Web with
        {
            Command = ["/bin/$(A)"],
            Args = ["$$"],
            Env = [new("Z", "1"), new("A", "$(Z)")],
            ReadinessProbe = new ReadinessProbe(null, null, ["test", "$$"]),
        };

        var asWritten = Container(workload);
        var expanded = Container(workload with { ExpandVariables = true });

        Assert.Equal(["/bin/$$(A)", "$$$", "1", "$$(Z)", "$$$"], Texts(asWritten));
        Assert.Equal(["/bin/$(A)", "$$", "1", "$(Z)", "$$"], Texts(expanded));
        Assert.Equal(["Z", "A"], asWritten.Env.Select(e => e.Name));

        static k8s.Models.V1Container Container(WorkloadSpec workload) =>
            DeploymentManifest.Deployment(workload, Sample.Tenant, Sample.Options).Spec.Template.Spec.Containers[0];

        static string[] Texts(k8s.Models.V1Container c) => [.. c.Command, .. c.Args, .. c.Env.Select(e => e.Value), c.ReadinessProbe.Exec.Command[1]];
    }

    [Fact]
    public void Quota_DuringAnUpdate_CoversTheLargerOfBothOfEachWorkload()
    {
        var former = new FormerTenant(Sample.Tenant.Spec with { Workloads = [Sample.Web with { Replicas = 5, MemoryMiB = 1024 }] }, "pool1", KataSizing.Documented);
        var tenant = Sample.Placed("acme", [Sample.Web, Sample.Job]) with { Former = former };

        var same = QuotaNeed.Of(tenant, extra: 1);
        var moving = QuotaNeed.Of(tenant with { Former = former with { PoolName = "pool2" } }, extra: 1);

        // 6 of web with 1024 + 128 MiB, 2 of job with 2048 + 256 MiB; when moving 3 of the new web with 512 + 128 MiB more.
        Assert.Equal((8L, (6 * 1152L) + (2 * 2304), 1), (same.Pods, same.MemoryMiB, same.Services));
        Assert.Equal((11L, (6 * 1152L) + (2 * 2304) + (3 * 640)), (moving.Pods, moving.MemoryMiB));
    }

    [Fact]
    public void Deployment_MovingToAnotherPool_SurgesByAllPods()
    {
        var tenant = Sample.Tenant with { Former = new FormerTenant(Sample.Tenant.Spec, "pool2", KataSizing.Documented) };

        var strategy = DeploymentManifest.Deployment(Sample.Web, tenant, Sample.Options).Spec.Strategy.RollingUpdate;

        Assert.Equal("100%/0", $"{strategy.MaxSurge.Value}/{strategy.MaxUnavailable.Value}");
    }

    [Fact]
    public void Pod_WithoutAPool_IsRefusedUnlessSuspended()
    {
        var tenant = Sample.Tenant with { PoolName = null };

        Assert.Equal("PoolMissing", Assert.Throws<InvalidException>(() => DeploymentManifest.Deployment(Sample.Web, tenant, Sample.Options)).Code);
        Assert.Equal(0, DeploymentManifest.Deployment(Sample.Web, tenant with { IsSuspended = true }, Sample.Options).Spec.Replicas);
    }

    [Fact]
    public void NetworkPolicy_ClusterRanges_AreDeniedWithTheConfiguredOnes()
    {
        var options = Sample.Options;
        options.Network.DeniedCidrs.Add("198.51.100.0/24");

        var block = NetworkPolicyManifest.Policy(Sample.Tenant, options, new(["203.0.113.0/25", "10.0.0.0/16"])).Spec.Egress[^1].To[0].IpBlock;

        Assert.Equal(["203.0.113.0/25"], block.Except!.Where(e => e.StartsWith("203.", StringComparison.Ordinal)));
        Assert.Contains("198.51.100.0/24", block.Except!);
        Assert.DoesNotContain("10.0.0.0/16", block.Except!);
    }

    [Fact]
    public void NetworkPolicy_LocalDns_IsOpenForDnsOnly()
    {
        var rule = NetworkPolicyManifest.Policy(Sample.Tenant, Sample.Options, new([], HasLocalDns: true)).Spec.Egress[0];

        Assert.Equal("169.254.10.10/31", rule.To[1].IpBlock.Cidr);
        Assert.Equal(["UDP 53", "TCP 53"], rule.Ports.Select(p => $"{p.Protocol} {p.Port.Value}"));
    }

    [Fact]
    public void HostPolicies_ClusterWithLocalDns_AreRefused()
    {
        var options = Sample.Options;
        options.Clusters.Clear();
        options.Clusters.Add(new ClusterOptions { Id = Sample.Tenant.ClusterId, EgressByHostName = true });
        var tenant = Sample.Placed("acme", [Sample.Web], [new EgressRule(null, [new WorkloadPort(443)], Host: "api.example.com")]);

        Assert.Single(TenantManifests.Guardrails(tenant, options, new([])).OfType<CiliumNetworkPolicy>());
        Assert.Contains(
            "LocalDNS", Assert.Throws<InvalidException>(() => TenantManifests.Guardrails(tenant, options, new([], HasLocalDns: true))).Message, StringComparison.Ordinal);
    }
}
