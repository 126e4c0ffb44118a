using System.Net;
using CsCheck;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes.Manifests;

public sealed class ManifestPropertyTests
{
    [Fact]
    public void Deployment_AnyTenant_IsRestrictedAndSizedByItsLimits() => TenantGen.Tenant.Sample(tenant =>
    {
        foreach (var workload in tenant.Spec.Workloads)
        {
            var pod = DeploymentManifest.Deployment(workload, tenant, Sample.Options).Spec.Template.Spec;
            var container = Assert.Single(pod.Containers);

            Assert.Equal(container.Resources.Limits, container.Resources.Requests);
            Assert.Equal(workload.MemoryMiB * 1024m * 1024m, container.Resources.Limits["memory"].ToDecimal());
            Assert.StartsWith("tenantsandbox-kata-", pod.RuntimeClassName, StringComparison.Ordinal);
            Assert.False(pod.AutomountServiceAccountToken);
            Assert.False(pod.EnableServiceLinks);
            Assert.True(pod.SecurityContext.RunAsNonRoot);
            Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
            Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
            Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
            Assert.Null(container.SecurityContext.Capabilities.Add);
            Assert.All(pod.Volumes, v => Assert.NotNull(v.EmptyDir));
            Assert.Null(pod.HostNetwork ?? pod.HostPID ?? pod.HostIPC);
        }
    });

    [Fact]
    public void Quota_AnyTenant_HasRoomForEveryPodWithOverheadAndOneMoreOfEach() => TenantGen.Tenant.Sample(tenant =>
    {
        var hard = QuotaManifest.Quota(tenant, Sample.Options).Spec.Hard;
        var needed = tenant.Spec.Workloads.Sum(w =>
            (w.Replicas + 1m) * (w.MemoryMiB + SizeClass.Of(w, tenant).OverheadMemoryMiB) * 1024m * 1024m);

        Assert.Equal(needed, hard["limits.memory"].ToDecimal());
        Assert.Equal(hard["limits.memory"], hard["requests.memory"]);
        Assert.Equal(tenant.Spec.Workloads.Sum(w => (w.Replicas + 1m) * w.CpuMillis / 1000m), hard["requests.cpu"].ToDecimal());
        Assert.Equal(0m, hard["services.loadbalancers"].ToDecimal());
    });

    [Fact]
    public void NetworkPolicy_AnyAllowList_NeverOpensADeniedBlock() => TenantGen.Tenant.Sample(tenant =>
    {
        var options = Sample.Options;
        options.Network.DeniedCidrs.Add("20.0.0.0/8");
        V1NetworkPolicy policy;
        try
        {
            policy = NetworkPolicyManifest.Policy(tenant, options, new([]));
        }
        catch (InvalidException e) when (e.Code == "EgressDenied")
        {
            return;
        }

        foreach (var block in policy.Spec.Egress.SelectMany(r => r.To).Select(p => p.IpBlock).OfType<V1IPBlock>())
        {
            string[] sensitive = ["169.254.169.254", "168.63.129.16", "169.254.0.1", "10.0.0.1", "100.64.0.1", "172.31.255.255", "192.168.0.1", "20.0.0.1", "20.255.255.255"];
            Assert.All(sensitive.Select(IPAddress.Parse), address => Assert.False(Opens(block, address), $"{block.Cidr} opens {address}"));
            Assert.All(block.Except ?? [], e => Assert.True(IPNetwork.Parse(e).PrefixLength > IPNetwork.Parse(block.Cidr).PrefixLength));
        }
    });

    private static bool Opens(V1IPBlock block, IPAddress address) =>
        IPNetwork.Parse(block.Cidr).Contains(address) && !(block.Except ?? []).Any(e => IPNetwork.Parse(e).Contains(address));
}
