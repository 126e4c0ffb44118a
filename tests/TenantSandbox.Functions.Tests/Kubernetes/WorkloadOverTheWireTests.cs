using k8s;
using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes;

[Collection(ClusterCollection.Name)]
public sealed class WorkloadOverTheWireTests(ClusterFixture cluster)
{
    private static readonly WorkloadSpec Small = Sample.Web with { Replicas = 1, CpuMillis = 100, MemoryMiB = 256, ReadinessProbe = null };

    [Fact]
    public async Task ApplyWorkloads_NewTenant_RunsInTheSandboxWithItsOverhead()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Small, Small with { Name = "second", Replicas = 2, Ports = [] }));

        var pods = (await cluster.Client.CoreV1.ListNamespacedPodAsync(Namespace(tenant))).Items;
        Assert.Equal(3, pods.Count);
        Assert.All(pods, pod =>
        {
            Assert.Equal("tenantsandbox-kata-256mi", pod.Spec.RuntimeClassName);
            Assert.Equal("32Mi", pod.Spec.Overhead["memory"].ToString());
            Assert.Equal("true", pod.Spec.NodeSelector["kubernetes.azure.com/kata-vm-isolation"]);
            Assert.Equal(ClusterFixture.PoolName, pod.Spec.NodeSelector[SandboxNodes.PoolLabel]);
            Assert.Contains(pod.Spec.Tolerations, t => t is { Key: "sandbox", Value: "kata", Effect: "NoSchedule" });
            Assert.DoesNotContain(pod.Spec.Volumes, v => v.Projected is not null || v.Secret is not null);
        });
        var service = Assert.Single((await cluster.Client.CoreV1.ListNamespacedServiceAsync(Namespace(tenant))).Items);
        Assert.Equal(("ClusterIP", 2), (service.Spec.Type, service.Spec.Ports.Count));
    }

    [Fact]
    public async Task ApplyWorkloads_Repeated_LeavesTheDeploymentAsItIs()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant());
        var before = (await cluster.Client.AppsV1.ReadNamespacedDeploymentAsync("web", Namespace(tenant))).Metadata.Generation;

        await cluster.Workloads.ApplyAsync(tenant.Placed(), default);

        Assert.Equal(before, (await cluster.Client.AppsV1.ReadNamespacedDeploymentAsync("web", Namespace(tenant))).Metadata.Generation);
        Assert.Equal(RolloutCondition.Ready, (await cluster.Rollouts.WatchAsync(tenant.Placed(), default)).Condition);
    }

    [Fact]
    public async Task ApplyWorkloads_WorkloadDropped_TakesItAway()
    {
        var both = await cluster.RunAsync(cluster.NewTenant(Small, Small with { Name = "second" }));
        var one = both with { Revision = 8, Spec = both.Spec with { Workloads = [Small with { Ports = [] }] } };

        await cluster.Workloads.ApplyAsync(one.Placed(), default);

        Assert.Equal(["web"], (await cluster.Client.AppsV1.ListNamespacedDeploymentAsync(Namespace(both))).Items.Select(d => d.Metadata.Name));
        Assert.Empty((await cluster.Client.CoreV1.ListNamespacedServiceAsync(Namespace(both))).Items);
    }

    [Fact]
    public async Task WatchRollout_PodThatFitsNowhere_SaysWhatItWaitsFor()
    {
        var tenant = cluster.NewTenant(Small with { CpuMillis = 500_000 });
        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        await cluster.Workloads.ApplyAsync(tenant.Placed(), default);

        var seen = await cluster.Rollouts.WatchAsync(tenant.Placed(), default);

        Assert.Equal(RolloutCondition.Progressing, seen.Condition);
        Assert.Contains("web: 0 of 1 available", seen.Detail, StringComparison.Ordinal);
        Assert.Contains("Insufficient cpu", seen.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WatchRollout_QuotaUsedUp_FailsAndNamesIt()
    {
        var tenant = cluster.NewTenant();
        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        await cluster.Client.CoreV1.CreateNamespacedResourceQuotaAsync(
            new V1ResourceQuota
            {
                Metadata = new V1ObjectMeta { Name = "nothing-goes" },
                Spec = new V1ResourceQuotaSpec { Hard = new Dictionary<string, ResourceQuantity> { ["pods"] = new("0") } },
            },
            Namespace(tenant));
        await WaitUntilEnforcedAsync("nothing-goes", Namespace(tenant));
        await cluster.Workloads.ApplyAsync(tenant.Placed(), default);

        var seen = await cluster.WatchAsync(tenant);

        Assert.Equal(RolloutCondition.Failed, seen.Condition);
        Assert.Contains("web: FailedCreate", seen.Detail, StringComparison.Ordinal);
        Assert.Contains("exceeded quota: nothing-goes", seen.Detail, StringComparison.Ordinal);
    }

    // A real API server's admission sees a new quota a moment after it is stored; its controller's first count comes later still.
    private async Task WaitUntilEnforcedAsync(string quota, string @namespace)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var interval = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while ((await cluster.Client.CoreV1.ReadNamespacedResourceQuotaAsync(quota, @namespace, cancellationToken: deadline.Token)).Status?.Used?.ContainsKey("pods") != true)
        {
            await interval.WaitForNextTickAsync(deadline.Token);
        }
    }

    [Fact]
    public async Task DeleteWorkloads_RunningTenant_LeavesNoDeploymentAndNoService()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant());

        await cluster.Workloads.DeleteAsync(Sample.Reference(tenant), default);
        await cluster.Workloads.DeleteAsync(Sample.Reference(tenant), default);

        Assert.Empty((await cluster.Client.AppsV1.ListNamespacedDeploymentAsync(Namespace(tenant))).Items);
        Assert.Empty((await cluster.Client.CoreV1.ListNamespacedServiceAsync(Namespace(tenant))).Items);
        Assert.Null((await cluster.ReadNamespaceAsync(tenant)).Metadata.DeletionTimestamp);
    }

    [Fact]
    public async Task DeleteWorkloads_OtherLife_IsLeftAlone()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant());

        await cluster.Workloads.DeleteAsync(Sample.Reference(tenant with { Incarnation = 2 }), default);

        Assert.Single((await cluster.Client.AppsV1.ListNamespacedDeploymentAsync(Namespace(tenant))).Items);
    }

    [Fact]
    public async Task DeleteWorkloads_NothingThere_Succeeds()
    {
        var tenant = cluster.NewTenant();

        await cluster.Workloads.DeleteAsync(Sample.Reference(tenant), default);

        Assert.True((await cluster.Namespaces.ReadAbsenceAsync(Sample.Reference(tenant), default)).Gone);
    }

    private static string Namespace(DesiredTenant tenant) => NamespaceManifest.NameOf(tenant.TenantId);
}
