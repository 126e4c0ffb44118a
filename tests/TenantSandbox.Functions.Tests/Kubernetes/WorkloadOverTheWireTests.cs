using k8s;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Pools;

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
    public async Task SuspendWorkloads_RunningTenant_LeavesEverythingButPods()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Small, Small with { Name = "second", Replicas = 2 }));

        await cluster.Workloads.SuspendAsync(tenant.Placed(), default);
        await cluster.SuspendAsync(tenant);

        Assert.Empty((await cluster.Client.CoreV1.ListNamespacedPodAsync(Namespace(tenant))).Items);
        Assert.All((await cluster.Client.AppsV1.ListNamespacedDeploymentAsync(Namespace(tenant))).Items, d => Assert.Equal(0, d.Spec.Replicas));
        Assert.Equal(2, (await cluster.Client.CoreV1.ListNamespacedServiceAsync(Namespace(tenant))).Items.Count);
        Assert.Equal("5", (await cluster.Client.CoreV1.ReadNamespacedResourceQuotaAsync("tenant-quota", Namespace(tenant))).Spec.Hard["pods"].ToString());
        Assert.Single((await cluster.Client.NetworkingV1.ListNamespacedNetworkPolicyAsync(Namespace(tenant))).Items);
        var metadata = (await cluster.ReadNamespaceAsync(tenant)).Metadata;
        Assert.Equal("true", metadata.Annotations[Labels.Suspended]);
        Assert.DoesNotContain(Labels.Pool, metadata.Labels.Keys);

        await cluster.RunAsync(tenant);
        metadata = (await cluster.ReadNamespaceAsync(tenant)).Metadata;
        Assert.DoesNotContain(Labels.Suspended, metadata.Annotations.Keys);
        Assert.Equal(ClusterFixture.PoolName, metadata.Labels[Labels.Pool]);
    }

    [Fact]
    public async Task SuspendWorkloads_NamespaceDeletedByAPerson_IsRestoredWithoutPods()
    {
        var tenant = cluster.NewTenant();

        await cluster.Workloads.SuspendAsync(tenant.Placed(), default);

        Assert.True((await cluster.Services.Make<SuspensionWatch>().WatchAsync(tenant.Placed(), default)).IsSuspended);
        Assert.Equal(0, Assert.Single((await cluster.Client.AppsV1.ListNamespacedDeploymentAsync(Namespace(tenant))).Items).Spec.Replicas);
    }

    [Fact]
    public async Task ApplyWorkloads_PodsBecomeSmaller_RollsOutWithinTheFormerQuota()
    {
        var large = await cluster.RunAsync(cluster.NewTenant(Small with { Replicas = 3, MemoryMiB = 1024 }));
        var small = ClusterFixture.Next(large, Small with { Replicas = 3 });

        await cluster.Namespaces.ApplyAsync(small.Placed(), default);
        await cluster.Workloads.ApplyAsync(small.Placed(), default);
        var seen = await cluster.WatchAsync(small);

        Assert.True(seen.Condition == RolloutCondition.Ready, seen.Detail);
        await cluster.RunAsync(small with { Former = null });
        Assert.Equal(
            "1152Mi", (await cluster.Client.CoreV1.ReadNamespacedResourceQuotaAsync("tenant-quota", Namespace(small))).Spec.Hard["limits.memory"].ToString());
        Assert.All(
            (await cluster.Client.CoreV1.ListNamespacedPodAsync(Namespace(small))).Items.Where(p => p.Metadata.DeletionTimestamp is null),
            p => Assert.Equal("tenantsandbox-kata-256mi", p.Spec.RuntimeClassName));
    }

    [Fact]
    public async Task ApplyWorkloads_OtherPool_NewPodsAreReadyBeforeFormerOnesGo()
    {
        var before = await cluster.RunAsync(cluster.NewTenant(Small with { Replicas = 2 }));
        var moved = ClusterFixture.Next(before, Small with { Replicas = 2 }) with { PoolName = "elsewhere" };

        await cluster.Namespaces.ApplyAsync(moved.Placed(), default);
        await cluster.Workloads.ApplyAsync(moved.Placed(), default);
        var seen = await cluster.Rollouts.WatchAsync(moved.Placed(), default);

        // The other pool has no nodes here, so its pods wait, and both former ones still run.
        Assert.Equal((RolloutCondition.Progressing, "Unschedulable"), (seen.Condition, seen.Code));
        var pods = (await cluster.Client.CoreV1.ListNamespacedPodAsync(Namespace(moved))).Items;
        Assert.Equal(2, pods.Count(p => p.Spec.NodeSelector[SandboxNodes.PoolLabel] == ClusterFixture.PoolName && p.Status.Phase == "Running"));
        Assert.Equal(2, pods.Count(p => p.Spec.NodeSelector[SandboxNodes.PoolLabel] == "elsewhere"));
        await cluster.RunAsync(ClusterFixture.Next(moved, Small with { Replicas = 2 }) with { PoolName = ClusterFixture.PoolName });
    }

    [Fact]
    public async Task ReadPoolPods_TenantAndStrangers_CountsWhatADeletionWouldEnd()
    {
        var reader = cluster.Services.Make<PoolPodReader>();
        var tenant = await cluster.RunAsync(cluster.NewTenant(Small with { Replicas = 2 }));

        var found = await reader.ReadAsync(Pool(ClusterFixture.PoolName), default);
        var other = await reader.ReadAsync(Pool("elsewhere"), default);

        Assert.InRange(found.Count, 2, int.MaxValue);
        Assert.Equal(Math.Min(5, found.Count), found.Names.Count);
        Assert.All(found.Names, n => Assert.StartsWith("tenant-", n, StringComparison.Ordinal));
        Assert.Equal(0, other.Count);
        await cluster.Workloads.DeleteAsync(tenant.Namespace, default);
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
        Assert.Equal(("Unschedulable", ErrorClass.Capacity), (seen.Code, seen.ErrorClass));
        Assert.Contains(seen.Evidence!, e => e.Message.Contains("Insufficient cpu", StringComparison.Ordinal));
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
        Assert.Equal(("FailedCreate", ErrorClass.Quota), (seen.Code, seen.ErrorClass));
    }

    // A real API server's admission sees a new quota a moment after it is stored; its controller's first count comes later still.
    private Task WaitUntilEnforcedAsync(string quota, string @namespace) => ClusterFixture.WaitUntilAsync(async token =>
        (await cluster.Client.CoreV1.ReadNamespacedResourceQuotaAsync(quota, @namespace, cancellationToken: token)).Status?.Used?.ContainsKey("pods") == true);

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

    private PoolRef Pool(string name) => new(
        "west-1", name, 1, TenantTier.Pooled, null, cluster.Services.Make<ClusterSelection>().Select(new ClusterQuery(null, null)).Clusters[0].PoolTemplate);

    private static string Namespace(DesiredTenant tenant) => NamespaceManifest.NameOf(tenant.TenantId);
}
