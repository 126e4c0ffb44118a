using Azure;
using Azure.ResourceManager.ContainerService;
using Azure.ResourceManager.ContainerService.Models;

namespace TenantSandbox.AksTwin.Tests;

public sealed class ArmPoolTests
{
    private static readonly TimingProfile Slow = TimingProfile.Instant with
    {
        PoolCreate = TimeSpan.FromSeconds(100),
        PoolUpdate = TimeSpan.FromSeconds(20),
        PoolDelete = TimeSpan.FromSeconds(60),
        NodeBoot = TimeSpan.FromSeconds(40),
        NodeReimage = TimeSpan.FromSeconds(30),
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    [Fact]
    public async Task CreateOrUpdate_KataPool_CreatesLabelledNodes()
    {
        await using var twin = await ArmTestHost.StartAsync();

        var requested = ArmTestHost.Kata(count: 2);
        requested.NodeLabels["agentpool"] = "mine";
        var operation = await twin.Pools.CreateOrUpdateAsync(WaitUntil.Completed, "kata1", requested, default(CancellationToken));

        Assert.True(operation.HasCompleted);
        var data = operation.Value.Data;
        Assert.Equal("Succeeded", data.ProvisioningState);
        Assert.Equal(WorkloadRuntime.KataVmIsolation, data.WorkloadRuntime);
        Assert.Equal("AKSAzureLinux-V3katagen2-202610.29.0", data.NodeImageVersion);
        Assert.Equal(["sandbox=kata:NoSchedule"], data.NodeTaints);
        Assert.NotNull(data.ETag);
        Assert.Equal(2, twin.NodesOf("kata1").Count);
        Assert.All(twin.NodesOf("kata1"), n =>
        {
            Assert.True(n.IsReady);
            Assert.Contains(".mshv", n.Json.GetString("status", "nodeInfo", "kernelVersion"), StringComparison.Ordinal);
            Assert.Equal("true", n.Labels["kubernetes.azure.com/kata-vm-isolation"]);
            Assert.Equal("yes", n.Labels["tenant-pool"]);
            Assert.Equal("kata1", n.Labels["agentpool"]);
        });
    }

    [Fact]
    public async Task CreateOrUpdate_Started_CompletesAfterItsDuration()
    {
        await using var twin = await ArmTestHost.StartAsync(Slow);

        var operation = await twin.Pools.CreateOrUpdateAsync(WaitUntil.Started, "kata1", ArmTestHost.Kata(), default(CancellationToken));

        Assert.Equal(201, operation.GetRawResponse().Status);
        Assert.True(operation.GetRawResponse().Headers.TryGetValue("Retry-After", out var seconds));
        Assert.Equal("5", seconds);
        await operation.UpdateStatusAsync();
        Assert.False(operation.HasCompleted);
        Assert.Equal("Creating", (await twin.Pools.GetAsync("kata1")).Value.Data.ProvisioningState);
        twin.Time.Advance(TimeSpan.FromSeconds(139));
        await operation.UpdateStatusAsync();
        Assert.False(operation.HasCompleted);
        Assert.Empty(twin.NodesOf("kata1"));

        twin.Time.Advance(TimeSpan.FromSeconds(1));
        await operation.UpdateStatusAsync();

        Assert.True(operation.HasCompleted);
        Assert.Equal("Succeeded", operation.Value.Data.ProvisioningState);
        Assert.Single(twin.NodesOf("kata1"));
    }

    [Fact]
    public async Task Update_NodeCount_ScalesAndKeepsOtherProperties()
    {
        await using var twin = await ArmTestHost.StartAsync();
        var pool = (await twin.Pools.CreateOrUpdateAsync(WaitUntil.Completed, "kata1", ArmTestHost.Kata(), default(CancellationToken))).Value;
        var data = pool.Data;

        data.Count = 3;
        data.NodeLabels["generation"] = "2";
        var grown = (await pool.UpdateAsync(WaitUntil.Completed, data, default(CancellationToken))).Value;
        Assert.Equal(3, twin.NodesOf("kata1").Count);
        Assert.All(twin.NodesOf("kata1"), n => Assert.Equal("2", n.Labels["generation"]));

        grown.Data.Count = 1;
        grown.Data.NodeTaints.Clear();
        var shrunk = (await grown.UpdateAsync(WaitUntil.Completed, grown.Data, default(CancellationToken))).Value;

        Assert.Equal(pool.Data.Tags, shrunk.Data.Tags);
        Assert.Empty(Assert.Single(twin.NodesOf("kata1")).Taints);
    }

    [Fact]
    public async Task Delete_Pool_RemovesItsNodesAndIsIdempotent()
    {
        await using var twin = await ArmTestHost.StartAsync();
        var pool = (await twin.Pools.CreateOrUpdateAsync(WaitUntil.Completed, "kata1", ArmTestHost.Kata(), default(CancellationToken))).Value;

        var deleted = await pool.DeleteAsync(WaitUntil.Completed, default(CancellationToken));

        Assert.True(deleted.HasCompleted);
        Assert.Empty(twin.NodesOf("kata1"));
        Assert.False((await twin.Pools.ExistsAsync("kata1")).Value);
        Assert.False((await twin.Pools.GetIfExistsAsync("kata1")).HasValue);
        var again = await pool.DeleteAsync(WaitUntil.Completed, ignorePodDisruptionBudget: true, ifMatch: (string?)null, default);
        Assert.Equal(204, again.GetRawResponse().Status);
    }

    [Fact]
    public async Task GetAll_SeveralPools_ListsAllByName()
    {
        await using var twin = await ArmTestHost.StartAsync();
        await twin.Pools.CreateOrUpdateAsync(WaitUntil.Started, "katab", ArmTestHost.Kata(), default(CancellationToken));
        await twin.Pools.CreateOrUpdateAsync(WaitUntil.Started, "kataa", ArmTestHost.Kata(), default(CancellationToken));

        var names = new List<string>();
        await foreach (var pool in twin.Pools.GetAllAsync())
        {
            names.Add(pool.Data.Name);
        }

        Assert.Equal(["kataa", "katab", "systempool"], names);
    }

    [Fact]
    public async Task Abort_Creating_EndsAsCanceledAndFailsTheOperation()
    {
        await using var twin = await ArmTestHost.StartAsync(Slow);
        var create = await twin.Pools.CreateOrUpdateAsync(WaitUntil.Started, "kata1", ArmTestHost.Kata(), default(CancellationToken));
        var pool = (await twin.Pools.GetAsync("kata1")).Value;

        var abort = await pool.AbortLatestOperationAsync(WaitUntil.Started);
        Assert.Equal("Canceling", (await pool.GetAsync()).Value.Data.ProvisioningState);
        twin.Time.Advance(TimeSpan.FromSeconds(5));
        await abort.UpdateStatusAsync();

        Assert.True(abort.HasCompleted);
        Assert.Equal("Canceled", (await pool.GetAsync()).Value.Data.ProvisioningState);
        await Assert.ThrowsAsync<RequestFailedException>(async () => await create.UpdateStatusAsync());
        var late = await Assert.ThrowsAsync<RequestFailedException>(() => pool.AbortLatestOperationAsync(WaitUntil.Started));
        Assert.Equal((409, "OperationNotAllowed"), (late.Status, late.ErrorCode));
    }

    [Fact]
    public async Task UpgradeNodeImageVersion_AWeekLater_ReimagesEveryNode()
    {
        await using var twin = await ArmTestHost.StartAsync(Slow);
        await twin.Pools.CreateOrUpdateAsync(WaitUntil.Started, "kata1", ArmTestHost.Kata(count: 2), default(CancellationToken));
        twin.Time.Advance(TimeSpan.FromDays(8));
        var pool = (await twin.Pools.GetAsync("kata1")).Value;

        var upgrade = await pool.UpgradeNodeImageVersionAsync(WaitUntil.Started);
        Assert.Equal("UpgradingNodeImageVersion", (await pool.GetAsync()).Value.Data.ProvisioningState);
        twin.Time.Advance(TimeSpan.FromSeconds(60));
        await upgrade.UpdateStatusAsync();

        Assert.True(upgrade.HasCompleted);
        Assert.All(twin.NodesOf("kata1"), n => Assert.Equal("AKSAzureLinux-V3katagen2-202611.05.0", n.Labels["kubernetes.azure.com/node-image-version"]));
        Assert.Equal(200, (await pool.UpgradeNodeImageVersionAsync(WaitUntil.Started)).GetRawResponse().Status);
    }

    [Fact]
    public async Task Cluster_GetAndCredentials_ReturnServerAndCaButNoSecret()
    {
        await using var twin = await ArmTestHost.StartAsync();

        var cluster = (await twin.Cluster.GetAsync()).Value.Data;
        var credentials = (await twin.Cluster.GetClusterUserCredentialsAsync(format: KubeConfigFormat.Azure)).Value;

        Assert.Equal(("Succeeded", "westeurope", "1.34.2"), (cluster.ProvisioningState, cluster.Location.Name, cluster.CurrentKubernetesVersion));
        var file = System.Text.Encoding.UTF8.GetString(Assert.Single(credentials.Kubeconfigs).Value);
        var config = k8s.KubernetesYaml.Deserialize<k8s.KubeConfigModels.K8SConfiguration>(file);
        Assert.Equal(twin.Host.KubernetesEndpoint().GetLeftPart(UriPartial.Authority), config.Clusters.Single().ClusterEndpoint.Server);
        Assert.Contains("BEGIN CERTIFICATE", System.Text.Encoding.ASCII.GetString(Convert.FromBase64String(config.Clusters.Single().ClusterEndpoint.CertificateAuthorityData)), StringComparison.Ordinal);
        Assert.Null(config.Users.Single().UserCredentials.Token);
    }
}
