using k8s;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Kubernetes.Workloads;

namespace TenantSandbox.Functions.Tests.Kubernetes.Workloads;

[Collection(ClusterCollection.Name)]
public sealed class WorkloadStatesOverTheWireTests(ClusterFixture cluster)
{
    private static readonly WorkloadSpec Small = Sample.Web with { Replicas = 1, CpuMillis = 100, MemoryMiB = 256, ReadinessProbe = null, Ports = [] };

    private WorkloadStateReader Reader => cluster.Services.Make<WorkloadStateReader>();

    [Fact]
    public async Task Read_RunningTenant_HasItsWorkloadsPodsAndEvents()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Small with { Replicas = 2 }, Small with { Name = "second" }));

        var seen = await Reader.ReadAsync(tenant.Namespace, default);

        Assert.Equal(NamespaceManifest.NameOf(tenant.TenantId), seen.Namespace);
        Assert.Equal(["second", "web"], seen.Workloads.Select(w => w.Name));
        var web = seen.Workloads[1];
        Assert.Equal(("Deployment", 2, 2, 2, 2), (web.Kind, web.Desired, web.Ready, web.Updated, web.PodCount));
        Assert.Equal([Small.Image], web.Images);
        Assert.All(web.Pods, pod =>
        {
            Assert.Equal(("Running", true, false, 0), (pod.Phase, pod.IsReady, pod.IsDeleting, pod.Restarts));
            Assert.NotNull(pod.Node);
            Assert.NotNull(pod.StartedAt);
            var container = Assert.Single(pod.Containers);
            Assert.Equal(("web", "running", true), (container.Name, container.State, container.IsReady));
            Assert.NotNull(container.StartedAt);
        });
        Assert.Contains(seen.Events, e => e.Reason == "ScalingReplicaSet" && e.Target == "Deployment/web");
        Assert.Equal(seen.Events.OrderByDescending(e => e.At), seen.Events);
    }

    [Fact]
    public async Task Read_PodThatCannotBeScheduled_SaysWhy()
    {
        var tenant = cluster.NewTenant(Small with { CpuMillis = 500_000 });
        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        await cluster.Workloads.ApplyAsync(tenant.Placed(), default);
        await cluster.Rollouts.WatchAsync(tenant.Placed(), default);

        var web = Assert.Single((await Reader.ReadAsync(tenant.Namespace, default)).Workloads);

        Assert.Equal((1, 0), (web.Desired, web.Ready));
        var pod = Assert.Single(web.Pods);
        Assert.Equal(("Pending", "Unschedulable", null), (pod.Phase, pod.Reason, pod.Node));
        Assert.Contains("Insufficient cpu", pod.Message, StringComparison.Ordinal);
        Assert.Equal("unknown", Assert.Single(pod.Containers).State);
    }

    [Fact]
    public async Task Read_NoNamespace_IsEmpty()
    {
        var tenant = cluster.NewTenant();

        var seen = await Reader.ReadAsync(tenant.Namespace, default);

        Assert.Null(seen.Namespace);
        Assert.Empty(seen.Workloads);
        Assert.Null(await Reader.FindPodsAsync(tenant.Namespace, "web", default));
    }

    [Fact]
    public async Task Read_NamespaceOfAnotherIncarnation_IsRefused()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Small));
        var other = tenant.Namespace with { Incarnation = 2 };

        Assert.Equal("NamespaceNotOwned", (await Assert.ThrowsAsync<InvalidException>(() => Reader.ReadAsync(other, default))).Code);
        Assert.Equal("NamespaceNotOwned", (await Assert.ThrowsAsync<InvalidException>(() => Reader.FindPodsAsync(other, "web", default))).Code);
    }

    [Fact]
    public async Task Read_StrangersPodInTheNamespace_IsNotShown()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Small));
        var pod = (await cluster.Client.CoreV1.ListNamespacedPodAsync(NamespaceManifest.NameOf(tenant.TenantId))).Items[0];
        var stranger = new V1Pod
        {
            Metadata = new V1ObjectMeta { Name = "stranger", Labels = new Dictionary<string, string> { [Labels.Workload] = "web" } },
            Spec = pod.Spec,
        };
        stranger.Spec.NodeName = null;
        await cluster.Client.AppsV1.DeleteNamespacedDeploymentAsync("web", NamespaceManifest.NameOf(tenant.TenantId));
        await cluster.Client.CoreV1.DeleteNamespacedResourceQuotaAsync("tenant-quota", NamespaceManifest.NameOf(tenant.TenantId));
        await cluster.WithoutPoliciesAsync(() => cluster.Client.CoreV1.CreateNamespacedPodAsync(stranger, NamespaceManifest.NameOf(tenant.TenantId)));

        Assert.DoesNotContain((await Reader.FindPodsAsync(tenant.Namespace, "web", default))!, p => p.Metadata.Name == "stranger");
        Assert.DoesNotContain((await Reader.ReadAsync(tenant.Namespace, default)).Workloads.SelectMany(w => w.Pods), p => p.Name == "stranger");
    }

    [Fact]
    public async Task OpenLog_RunningPod_IsItsLogOrTheServersRefusal()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Small));
        var pod = Assert.Single((await Reader.FindPodsAsync(tenant.Namespace, "web", default))!);
        Assert.Equal("web", PodLogs.DefaultOf(pod, "web"));
        var opening = cluster.Services.Make<PodLogs>().OpenAsync(tenant.ClusterId, pod, "web", new(1, null, false, false, 1024), default);
        if (!cluster.IsTwin)
        {
            // Hollow nodes of a real API server have no logs.
            await Assert.ThrowsAnyAsync<SandboxException>(() => opening);
            return;
        }

        using var log = await opening;
        using var reader = new StreamReader(log.Body);
        Assert.Single((await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task OpenLog_UnknownContainer_IsRefused()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Small));
        var pod = Assert.Single((await Reader.FindPodsAsync(tenant.Namespace, "web", default))!);

        var refused = await Assert.ThrowsAsync<InvalidException>(
            () => cluster.Services.Make<PodLogs>().OpenAsync(tenant.ClusterId, pod, "other", new(1, null, false, false, 1024), default));

        Assert.Equal("BadRequest", refused.Code);
        Assert.Contains("container other is not valid for pod", refused.Message, StringComparison.Ordinal);
    }
}
