using Azure;

namespace TenantSandbox.AksTwin.Tests;

public sealed class ArmNodeTests
{
    [Fact]
    public async Task Autoscaler_PodsThatFitNowhere_GrowThePoolUpToItsMaximum()
    {
        await using var twin = await ArmTwin.StartAsync();
        await twin.Pools.CreateOrUpdateAsync(WaitUntil.Completed, "kata1", ArmTwin.Autoscaled(1, 1, 3), default(CancellationToken));

        // A node has room for one such pod.
        using var pods = new StringContent(Bodies.Deployment("big", replicas: 5).Replace("64Mi", "7Gi", StringComparison.Ordinal), null, "application/json");
        using var made = await twin.Http.PostAsync(new Uri(twin.Host.KubernetesEndpoint(), "/apis/apps/v1/namespaces/default/deployments"), pods);
        Assert.Equal(201, (int)made.StatusCode);

        await Until(twin, () => twin.NodesOf("kata1").Count == 3);
        var data = (await twin.Pools.GetAsync("kata1")).Value.Data;
        Assert.Equal((3, "Succeeded"), (data.Count, data.ProvisioningState));
    }

    [Fact]
    public async Task Autoscaler_NodesIdleForTenMinutes_ShrinkThePoolToItsMinimum()
    {
        await using var twin = await ArmTwin.StartAsync();
        await twin.Pools.CreateOrUpdateAsync(WaitUntil.Completed, "kata1", ArmTwin.Autoscaled(3, 1, 3), default(CancellationToken));
        Assert.Equal(3, twin.NodesOf("kata1").Count);

        await Until(twin, () =>
        {
            twin.Time.Advance(TimeSpan.FromMinutes(4));
            return twin.NodesOf("kata1").Count == 1;
        });

        Assert.Equal(1, (await twin.Pools.GetAsync("kata1")).Value.Data.Count);
    }

    [Fact]
    public async Task Restart_WithState_FindsPoolsNodesAndTheRunningOperationAgain()
    {
        var directory = Directory.CreateTempSubdirectory("twin-").FullName;
        var timing = TimingProfile.Instant with { PoolCreate = TimeSpan.FromMinutes(3) };
        var first = await ArmTwin.StartAsync(timing, directory: directory);
        await first.Pools.CreateOrUpdateAsync(WaitUntil.Started, "kata1", ArmTwin.Kata(count: 2), default(CancellationToken));
        first.Time.Advance(TimeSpan.FromMinutes(4));
        await first.Pools.CreateOrUpdateAsync(WaitUntil.Started, "kata2", ArmTwin.Kata(), default(CancellationToken));
        var tag = (await first.Pools.GetAsync("kata1")).Value.Data.ETag;
        var time = first.Time;
        await first.DisposeAsync();

        await using var second = await ArmTwin.StartAsync(timing, directory: directory, time: time);

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
    public void Store_FilesAsAKillLeavesThem_KeepWhatWasPut()
    {
        var directory = Directory.CreateTempSubdirectory("twin-").FullName;
        var left = Directory.CreateTempSubdirectory("twin-").FullName;
        using (var store = new TwinStore(directory))
        {
            store.Put("a", "1"u8.ToArray());
            store.Put("b", "2"u8.ToArray());
            store.Put("a", """{"x":"é"}"""u8.ToArray());
            store.Remove("b");
            Assert.ThrowsAny<Microsoft.Data.Sqlite.SqliteException>(() => new TwinStore(directory));
            foreach (var file in Directory.GetFiles(directory))
            {
                File.Copy(file, Path.Combine(left, Path.GetFileName(file)));
            }
        }

        // A write that was under way.
        File.AppendAllText(Path.Combine(left, "twin.db-wal"), "torn");

        using (var again = new TwinStore(left))
        {
            Assert.Equal(("a", """{"x":"é"}"""), again.Load("").Select(e => (e.Key, System.Text.Encoding.UTF8.GetString(e.Value))).Single());
        }

        Directory.Delete(directory, recursive: true);
        Directory.Delete(left, recursive: true);
    }

    // The autoscaler works on another thread; calls to ARM give it its turns.
    private static async Task Until(ArmTwin twin, Func<bool> condition)
    {
        for (var turn = 0; turn < 5_000; turn++)
        {
            if (condition())
            {
                return;
            }

            await twin.Pools.GetAsync("kata1");
        }

        Assert.Fail("The condition never came true.");
    }
}
