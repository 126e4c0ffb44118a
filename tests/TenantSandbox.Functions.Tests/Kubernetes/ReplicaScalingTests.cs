using k8s;
using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Tests.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes;

/// <summary>Workloads with a range of replicas on the twin: Kubernetes 1.20 doesn't serve autoscaling/v2.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ReplicaScalingTests(ClusterFixture cluster)
{
    private static readonly WorkloadSpec Scaled = Templates.Read(
        """{"name":"web","image":"registry.example/web:1","cpu":"100m","memory":"256Mi","replicas":{"min":2,"max":5,"averageUtilization":{"memory":70}}}""");

    private static readonly WorkloadSpec Fixed = Scaled with { Scaling = null, Replicas = 3 };

    [Theory]
    [InlineData("Deployment")]
    [InlineData("StatefulSet")]
    public async Task ApplyWorkloads_Range_LeavesTheNumberToTheAutoscaler(string kind)
    {
        var workload = Scaled with { Kind = Enum.Parse<TenantSandbox.Core.Requests.Kinds.WorkloadKind>(kind) };
        var tenant = await cluster.RunAsync(cluster.NewTenant(workload));
        Assert.Equal(2, await ReplicasAsync(tenant, kind));
        var autoscaler = (await ListAutoscalersAsync(tenant)).Single();
        Assert.Equal((2, 5, kind), (autoscaler.Spec.MinReplicas, autoscaler.Spec.MaxReplicas, autoscaler.Spec.ScaleTargetRef.Kind));
        Assert.Equal(("memory", 70), (autoscaler.Spec.Metrics.Single().Resource.Name, autoscaler.Spec.Metrics.Single().Resource.Target.AverageUtilization));
        await ScaleAsync(tenant, kind, 4);

        await cluster.RunAsync(tenant);

        Assert.Equal(4, await ReplicasAsync(tenant, kind));
        Assert.Equal([], await cluster.FindDriftAsync(tenant));
        await cluster.SuspendAsync(tenant);
        Assert.Equal(0, await ReplicasAsync(tenant, kind));
        Assert.Empty(await ListAutoscalersAsync(tenant));
        Assert.Equal([], await cluster.FindDriftAsync(tenant with { IsSuspended = true, PoolName = null }));
        await cluster.RunAsync(tenant);
        Assert.Equal(2, await ReplicasAsync(tenant, kind));
        Assert.Single(await ListAutoscalersAsync(tenant));
    }

    [Fact]
    public async Task ApplyWorkloads_FixedBecomesARangeAndFixedAgain_TakesOverWithoutAConflict()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Fixed));

        var scaled = await cluster.RunAsync(ClusterFixture.Next(tenant, Scaled));
        Assert.Equal(3, await ReplicasAsync(tenant, "Deployment"));
        await ScaleAsync(tenant, "Deployment", 5);

        var narrower = await cluster.RunAsync(ClusterFixture.Next(scaled, Templates.Read(
            """{"name":"web","image":"registry.example/web:1","cpu":"100m","memory":"256Mi","replicas":{"min":1,"max":2}}""")));
        Assert.Equal(2, await ReplicasAsync(tenant, "Deployment"));
        await ScaleAsync(tenant, "Deployment", 1);

        var fixedAgain = await cluster.RunAsync(ClusterFixture.Next(narrower, Fixed));
        var last = await cluster.RunAsync(ClusterFixture.Next(fixedAgain, Fixed with { Replicas = 1 }) with { Former = null });

        Assert.Equal(1, await ReplicasAsync(tenant, "Deployment"));
        Assert.Empty(await ListAutoscalersAsync(tenant));
        Assert.Equal([], await cluster.FindDriftAsync(last));
    }

    [Fact]
    public async Task FindDrift_ScaledOutOfTheRange_IsRepairable()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Scaled));
        await cluster.Client.AutoscalingV2.DeleteNamespacedHorizontalPodAutoscalerAsync("web", NamespaceManifest.NameOf(tenant.TenantId));
        await ScaleAsync(tenant, "Deployment", 9);

        Assert.Equal(
            ["ObjectMissing HorizontalPodAutoscaler/web : does not exist", "Scaled Deployment/web spec.replicas: is 9, should be 5"], await cluster.FindDriftAsync(tenant));
        await cluster.RunAsync(tenant);
        Assert.Equal(5, await ReplicasAsync(tenant, "Deployment"));
    }

    /// <summary>Scales as an autoscaler does.</summary>
    private async Task ScaleAsync(DesiredTenant tenant, string kind, int replicas)
    {
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var patch = new V1Patch(new { spec = new { replicas } }, V1Patch.PatchType.MergePatch);
        if (kind == "Deployment")
        {
            await cluster.Client.AppsV1.PatchNamespacedDeploymentAsync(patch, "web", ns, fieldManager: "kube-controller-manager");
        }
        else
        {
            await cluster.Client.AppsV1.PatchNamespacedStatefulSetAsync(patch, "web", ns, fieldManager: "kube-controller-manager");
        }
    }

    private async Task<int?> ReplicasAsync(DesiredTenant tenant, string kind) => kind == "Deployment"
        ? (await cluster.ReadDeploymentAsync(tenant, "web")).Spec.Replicas
        : (await cluster.Client.AppsV1.ReadNamespacedStatefulSetAsync("web", NamespaceManifest.NameOf(tenant.TenantId))).Spec.Replicas;

    private async Task<IList<V2HorizontalPodAutoscaler>> ListAutoscalersAsync(DesiredTenant tenant) =>
        (await cluster.Client.AutoscalingV2.ListNamespacedHorizontalPodAutoscalerAsync(NamespaceManifest.NameOf(tenant.TenantId))).Items;
}
