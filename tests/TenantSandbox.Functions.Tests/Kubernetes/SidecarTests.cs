using k8s;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Tests.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes;

/// <summary>Native sidecars, gRPC probes and sleep hooks, which Kubernetes 1.20 doesn't serve: on the twin only.</summary>
public sealed class SidecarTests : IAsyncLifetime
{
    private readonly ClusterFixture _cluster = new(kubeconfig: null);

    public Task InitializeAsync() => _cluster.InitializeAsync();

    public Task DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task ApplyWorkloads_InitContainerAndSidecar_BecomesReadyWithoutDrift()
    {
        var tenant = await _cluster.RunAsync(_cluster.NewTenant(Templates.Workload(Templates.Shop)));

        var pod = Assert.Single((await _cluster.Client.CoreV1.ListNamespacedPodAsync(NamespaceManifest.NameOf(tenant.TenantId))).Items);
        Assert.Equal("tenantsandbox-kata-1gi", pod.Spec.RuntimeClassName);
        Assert.Equal(["migrate", "proxy"], pod.Spec.InitContainers.Select(c => c.Name));
        Assert.All(pod.Spec.AllContainers(), c => Assert.Equal(["ALL"], c.SecurityContext.Capabilities.Drop));
        Assert.Equal([], await _cluster.FindDriftAsync(tenant));
    }

    [Fact]
    public async Task ApplyWorkloads_SidecarGone_IsRemovedFromTheDeployment()
    {
        var tenant = await _cluster.RunAsync(_cluster.NewTenant(Templates.Workload(Templates.Shop)));
        var plain = Templates.Workload("""{"spec":{"containers":[{"name":"shop","image":"registry.example/shop:1","resources":{"limits":{"cpu":"500m","memory":"512Mi"}}}]}}""");

        var updated = await _cluster.RunAsync(tenant with { Revision = 8, Spec = tenant.Spec with { Workloads = [plain] } });

        var pod = (await _cluster.ReadDeploymentAsync(updated, "shop")).Spec.Template.Spec;
        Assert.Null(pod.InitContainers);
        Assert.Equal(["tmp"], pod.Volumes.Select(v => v.Name));
        Assert.Equal([], await _cluster.FindDriftAsync(updated));
    }
}
