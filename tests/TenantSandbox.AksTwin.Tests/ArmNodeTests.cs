using Azure;

namespace TenantSandbox.AksTwin.Tests;

public sealed class ArmNodeTests
{
    [Fact]
    public async Task Autoscaler_UnschedulablePods_ScaleThePoolUpToItsMaximum()
    {
        await using var twin = await ArmTestHost.StartAsync();
        await twin.Pools.CreateOrUpdateAsync(WaitUntil.Completed, "kata1", ArmTestHost.Autoscaled(1, 1, 3), default(CancellationToken));

        // One such pod fits on a node.
        using var pods = new StringContent(Manifests.Deployment("big", replicas: 5).Replace("64Mi", "7Gi", StringComparison.Ordinal), null, "application/json");
        using var created = await twin.Http.PostAsync(new Uri(twin.Host.KubernetesEndpoint(), "/apis/apps/v1/namespaces/default/deployments"), pods);
        Assert.Equal(201, (int)created.StatusCode);

        await WaitForAsync(twin, () => twin.NodesOf("kata1").Count == 3);
        var data = (await twin.Pools.GetAsync("kata1")).Value.Data;
        Assert.Equal((3, "Succeeded"), (data.Count, data.ProvisioningState));
    }

    [Fact]
    public async Task Autoscaler_NodesIdleForTenMinutes_ScaleThePoolDownToItsMinimum()
    {
        await using var twin = await ArmTestHost.StartAsync();
        await twin.Pools.CreateOrUpdateAsync(WaitUntil.Completed, "kata1", ArmTestHost.Autoscaled(3, 1, 3), default(CancellationToken));
        Assert.Equal(3, twin.NodesOf("kata1").Count);

        await WaitForAsync(twin, () =>
        {
            twin.Time.Advance(TimeSpan.FromMinutes(4));
            return twin.NodesOf("kata1").Count == 1;
        });

        Assert.Equal(1, (await twin.Pools.GetAsync("kata1")).Value.Data.Count);
    }

    [Fact]
    public async Task NodeImage_Set_BootsTheNodesAgain()
    {
        const string image = "AKSAzureLinux-V3katagen2-202611.26.0";
        await using var twin = await ArmTestHost.StartAsync();
        await twin.Pools.CreateOrUpdateAsync(WaitUntil.Completed, "kata1", ArmTestHost.Kata(count: 2), default(CancellationToken));
        var before = twin.NodesOf("kata1");
        Assert.All(before, n => Assert.Matches(@"^AKSAzureLinux-V3katagen2-\d{6}\.\d{2}\.0$", n.Labels["kubernetes.azure.com/node-image-version"]));

        using var set = await twin.Http.PostAsync(new Uri($"/twin/clusters/aks-twin/pools/kata1/node-image?version={image}", UriKind.Relative), null);
        using var unknown = await twin.Http.PostAsync(new Uri($"/twin/clusters/aks-twin/pools/kata2/node-image?version={image}", UriKind.Relative), null);

        Assert.Equal((204, 404), ((int)set.StatusCode, (int)unknown.StatusCode));
        Assert.Throws<ArgumentException>(() => twin.Host.SetNodeImage("kata2", image));
        var after = twin.NodesOf("kata1");
        Assert.Equal(before.Select(n => n.Name), after.Select(n => n.Name));
        Assert.All(after, n => Assert.Equal(image, n.Labels["kubernetes.azure.com/node-image-version"]));
        Assert.Equal(image, (await twin.Pools.GetAsync("kata1")).Value.Data.NodeImageVersion);
        Assert.Equal(4, before.Concat(after).Select(n => n.Json.GetString("status", "nodeInfo", "bootID")).Distinct().Count());
    }

    [Fact]
    public async Task Restart_StateDirectory_RestoresPoolsNodesAndRunningOperation()
    {
        var directory = Directory.CreateTempSubdirectory("twin-").FullName;
        var timing = TimingProfile.Instant with { PoolCreate = TimeSpan.FromMinutes(3) };
        var first = await ArmTestHost.StartAsync(timing, directory: directory);
        await first.Pools.CreateOrUpdateAsync(WaitUntil.Started, "kata1", ArmTestHost.Kata(count: 2), default(CancellationToken));
        first.Time.Advance(TimeSpan.FromMinutes(4));
        await first.Pools.CreateOrUpdateAsync(WaitUntil.Started, "kata2", ArmTestHost.Kata(), default(CancellationToken));
        var tag = (await first.Pools.GetAsync("kata1")).Value.Data.ETag;
        var time = first.Time;
        await first.DisposeAsync();

        await using var second = await ArmTestHost.StartAsync(timing, directory: directory, time: time);

        Assert.Equal(2, second.NodesOf("kata1").Count);
        Assert.Equal(tag, (await second.Pools.GetAsync("kata1")).Value.Data.ETag);
        Assert.Equal("Creating", (await second.Pools.GetAsync("kata2")).Value.Data.ProvisioningState);
        time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal("Succeeded", (await second.Pools.GetAsync("kata2")).Value.Data.ProvisioningState);
        Assert.Single(second.NodesOf("kata2"));
        await second.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public void Store_FilesAfterAKill_KeepCommittedChanges()
    {
        var directory = Directory.CreateTempSubdirectory("twin-").FullName;
        var copy = Directory.CreateTempSubdirectory("twin-").FullName;
        using (var store = new TwinStore(directory))
        {
            store.Put("a", "1"u8.ToArray());
            store.Put("b", "2"u8.ToArray());
            store.Put("a", """{"x":"é"}"""u8.ToArray());
            store.Remove("b");
            Assert.ThrowsAny<Microsoft.Data.Sqlite.SqliteException>(() => new TwinStore(directory));
            foreach (var file in Directory.GetFiles(directory))
            {
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
            }
        }

        // An incomplete write.
        File.AppendAllText(Path.Combine(copy, "twin.db-wal"), "torn");

        using (var again = new TwinStore(copy))
        {
            Assert.Equal(("a", """{"x":"é"}"""), again.Load("").Select(e => (e.Key, System.Text.Encoding.UTF8.GetString(e.Value))).Single());
        }

        Directory.Delete(directory, recursive: true);
        Directory.Delete(copy, recursive: true);
    }

    // The autoscaler runs on another thread; each iteration makes a call, so that it gets time to run.
    private static async Task WaitForAsync(ArmTestHost twin, Func<bool> condition)
    {
        for (var attempt = 0; attempt < 5_000; attempt++)
        {
            if (condition())
            {
                return;
            }

            await twin.Pools.GetAsync("kata1");
        }

        Assert.Fail("The condition was not met within 5,000 attempts.");
    }
}
