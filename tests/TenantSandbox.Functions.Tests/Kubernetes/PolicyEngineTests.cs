using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Baseline;
using TenantSandbox.Functions.Kubernetes.Inspection;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Tests.Azure.Arm;

namespace TenantSandbox.Functions.Tests.Kubernetes;

/// <summary>Clusters that enforce no network policies, and policies that follow the addresses of the API server.</summary>
public sealed class PolicyEngineTests
{
    private static readonly DesiredTenant Tenant = Sample.Placed(
        "acme", [Sample.Web with { Replicas = 1, CpuMillis = 100, MemoryMiB = 256 }], [new EgressRule("0.0.0.0/0", [new WorkloadPort(443)])]);

    [Fact]
    public async Task ClusterWithoutEngine_TakesNoTenant()
    {
        await using var cloud = await TwinCloud.StartAsync(change: o => o with { Clusters = [new() { NetworkPolicy = "none" }] });
        await using var services = ServicesOf(cloud);
        await services.Make<ClusterBaseline>().ApplyAsync(new("west-1"), default);

        var refusal = Assert.Single((await services.Make<TenantAdmission>().CheckAsync(Tenant.Placed() with { PoolName = null }, default)).Refusals);
        var apply = await Assert.ThrowsAsync<InvalidException>(() => services.Make<TenantNamespaces>().ApplyAsync(Tenant.Placed(), default));

        Assert.StartsWith("Cluster west-1 takes no tenants", refusal, StringComparison.Ordinal);
        Assert.Contains("networkPolicy is none", refusal, StringComparison.Ordinal);
        Assert.Contains("Clusters__<n>__NetworkPolicyEngine", refusal, StringComparison.Ordinal);
        Assert.Equal("NoNetworkPolicyEngine", apply.Code);
        Assert.Equal(1, cloud.Twin.Calls.Total("arm.managedClusters.get"));
        Assert.Null(await services.Make<TenantNamespaces>().ReadAsync(Tenant.Namespace, default));
    }

    [Fact]
    public async Task ClusterThatLostItsEngine_IsReportedForEachTenant()
    {
        await using var cloud = await TwinCloud.StartAsync(change: o => o with { Clusters = [new() { NetworkPolicy = "none" }] });
        await using var services = ServicesOf(cloud);
        // Applied as when the cluster had one; suspending still works there.
        await services.Make<TenantNamespaces>().ApplyDesiredAsync(Tenant, default);

        var finding = Assert.Single(await InspectNetworkAsync(services));

        Assert.Equal((FindingKind.NetworkOpened, "Cluster/west-1", false), (finding.Kind, finding.Object, finding.IsRepairable));
        Assert.Contains("networkPolicy is none", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ApiServerMoved_IsDriftThatTheNextApplyRepairs()
    {
        await using var cloud = await TwinCloud.StartAsync();
        await using var services = ServicesOf(cloud);
        var namespaces = services.Make<TenantNamespaces>();
        await namespaces.ApplyAsync(Tenant.Placed(), default);
        Assert.Empty(await InspectNetworkAsync(services));
        Assert.Contains("198.51.100.10/32", await ReadExceptionsAsync(services));

        await ClusterNetworksTests.MoveApiServerAsync(services, "198.51.100.77");
        cloud.Time.Advance(TimeSpan.FromMinutes(6));
        var finding = Assert.Single(await InspectNetworkAsync(services));
        Assert.Equal(("NetworkPolicy/tenant-network", true), (finding.Object, finding.IsRepairable));

        await namespaces.ApplyAsync(Tenant.Placed(), default);
        Assert.Empty(await InspectNetworkAsync(services));
        var exceptions = await ReadExceptionsAsync(services);
        Assert.Contains("198.51.100.77/32", exceptions);
        Assert.DoesNotContain("198.51.100.10/32", exceptions);
    }

    private static ServiceProvider ServicesOf(TwinCloud cloud) => App.Create(cloud.Settings, specs: MemorySpecStore.Shared, time: cloud.Time);

    private static async Task<Finding[]> InspectNetworkAsync(ServiceProvider services)
    {
        var page = new InspectionPage(
            Tenant.ClusterId, KataSizing.Documented,
            [new InspectedTenant(Tenant.TenantId, Tenant.Incarnation, Tenant.Revision, Tenant.PoolName, MemorySpecStore.Shared.Save(Tenant.Spec))]);
        var seen = Assert.Single((await services.Make<TenantInspector>().InspectAsync(page, default)).Tenants);
        return [.. seen.Findings.Where(f => f.Kind == FindingKind.NetworkOpened || f.Object.StartsWith("NetworkPolicy/", StringComparison.Ordinal))];
    }

    private static async Task<IList<string>> ReadExceptionsAsync(ServiceProvider services)
    {
        var policy = await services.GetRequiredService<ClusterConnections>().CallAsync(
            Tenant.ClusterId, "read", c => c.NetworkingV1.ReadNamespacedNetworkPolicyAsync(NetworkPolicyManifest.Name, NamespaceManifest.NameOf(Tenant.TenantId)), default);
        return policy.Spec.Egress[^1].To[0].IpBlock.Except;
    }
}
