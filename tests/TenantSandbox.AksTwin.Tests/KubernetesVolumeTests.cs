using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>The nodes' disks, volumes that nothing can delete, and Deployments that recreate their pods.</summary>
public sealed class KubernetesVolumeTests
{
    [Fact]
    public async Task Pods_ThatTakeMoreDiskThanANodeHas_StayPending()
    {
        await using var api = await KubernetesServer.StartTwinAsync(nodes: 1);
        var pods = $"/api/v1/namespaces/{await api.CreateNamespaceAsync()}/pods";
        const string Most = """{"limits":{"cpu":"100m","memory":"64Mi","ephemeral-storage":"100Gi"}}""";
        await api.PostAsync(pods, Manifests.Pod("first", resources: Most));
        await api.PostAsync(pods, Manifests.Pod("second", resources: Most));
        Assert.True(Condition.IsTrue((await api.GetAsync($"{pods}/first")).Body, "Ready"));
        var waiting = Condition.Find((await api.GetAsync($"{pods}/second")).Body, "PodScheduled").GetString("message");
        Assert.Contains("Insufficient ephemeral-storage", waiting, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Volume_OfNoDriver_FailsOnceWhenItsClaimIsGone()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var claims = $"/api/v1/namespaces/{await api.CreateNamespaceAsync()}/persistentvolumeclaims";
        await api.PostAsync("/api/v1/persistentvolumes", Manifests.Volume("by-hand", "\"persistentVolumeReclaimPolicy\":\"Delete\","));
        await api.PostAsync(claims, Manifests.Claim("data", more: "\"storageClassName\":\"\",\"volumeName\":\"by-hand\","));
        await api.SendAsync("DELETE", $"{claims}/data");
        Assert.Equal("Failed", (await api.GetAsync("/api/v1/persistentvolumes/by-hand")).Body.GetString("status", "phase"));
    }

    [Fact]
    public async Task Deployment_Recreated_WaitsUntilItsFormerPodIsGone()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var ns = await api.CreateNamespaceAsync();
        var (deployments, pods) = ($"/apis/apps/v1/namespaces/{ns}/deployments", $"/api/v1/namespaces/{ns}/pods");
        await api.PostAsync(deployments, Manifests.Deployment("web", 1));
        await api.MergeAsync($"{deployments}/web", """{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null} } }""");
        var former = Assert.Single((await api.GetAsync(pods)).Body.GetObjects("items")).GetString("metadata", "name");
        await api.MergeAsync($"{pods}/{former}", """{"metadata":{"finalizers":["example.com/hold"]} }""");

        await api.MergeAsync($"{deployments}/web", """{"spec":{"template":{"metadata":{"annotations":{"a":"b"} } } } }""");
        Assert.Equal(former, Assert.Single((await api.GetAsync(pods)).Body.GetObjects("items")).GetString("metadata", "name"));

        await api.MergeAsync($"{pods}/{former}", """{"metadata":{"finalizers":null} }""");
        var next = Assert.Single((await api.GetAsync(pods)).Body.GetObjects("items"));
        Assert.NotEqual(former, next.GetString("metadata", "name"));
        Assert.True(Condition.IsTrue(next, "Ready"));
    }
}
