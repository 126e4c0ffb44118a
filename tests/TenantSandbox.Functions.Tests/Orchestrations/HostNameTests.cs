using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Maintenance;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Tests.Orchestrations;

/// <summary>A host name belongs to one tenant of the installation, from before its route exists until after it is gone.</summary>
public sealed class HostNameTests
{
    private const string Shop = "shop.example.com";
    private const string Blog = "blog.example.com";

    [Fact]
    public async Task Onboard_HostOfAnotherTenant_IsRefusedAndNothingIsMade()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(Onboard("acme", Shop));

        await system.RunAsync(Onboard("blue", Blog, Shop));

        var refused = await system.TenantAsync("blue");
        Assert.Equal((TenantPhase.Failed, "HostNameTaken"), (refused.Phase, refused.LastError?.Code));
        Assert.Equal(ErrorClass.Invalid, refused.LastError?.ErrorClass);
        Assert.Contains("shop.example.com belongs to tenant 'acme'", refused.LastError!.Message, StringComparison.Ordinal);
        Assert.Equal("aks1/acme.1", Assert.Single(system.Cloud.Namespaces));
        Assert.Equal(("acme", null), (await HolderAsync(system, Shop), await HolderAsync(system, Blog)));
    }

    [Fact]
    public async Task Onboard_TwoTenantsAtOnce_OneGetsTheHost()
    {
        await using var system = await TestSystem.StartAsync();
        await system.SubmitAsync(Onboard("acme", Blog, Shop));
        await system.SubmitAsync(Onboard("blue", Blog, Shop));

        await system.SettleAsync();

        var phases = new[] { (await system.TenantAsync("acme")).Phase, (await system.TenantAsync("blue")).Phase };
        Assert.Equal([TenantPhase.Ready, TenantPhase.Failed], phases.Order());
        var winner = phases[0] == TenantPhase.Ready ? "acme" : "blue";
        Assert.Equal((winner, winner), (await HolderAsync(system, Shop), await HolderAsync(system, Blog)));
    }

    [Fact]
    public async Task Offboard_HostOfTheTenant_IsFreeForAnother()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(Onboard("acme", Shop));

        await system.RunAsync(TestSystem.Offboard());
        Assert.Null(await HolderAsync(system, Shop));

        await system.RunAsync(Onboard("blue", Shop));
        Assert.Equal((TenantPhase.Ready, "blue"), ((await system.TenantAsync("blue")).Phase, await HolderAsync(system, Shop)));
    }

    [Fact]
    public async Task Update_OtherHost_TakesTheNewOneAndReleasesTheFormer()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(Onboard("acme", Shop));

        await system.RunAsync(Update("acme", 2, Blog));

        Assert.Equal((TenantPhase.Ready, 2), ((await system.TenantAsync()).Phase, (await system.TenantAsync()).AppliedRevision));
        Assert.Equal((null, "acme"), (await HolderAsync(system, Shop), await HolderAsync(system, Blog)));
    }

    [Fact]
    public async Task Update_RolloutFails_KeepsTheFormerHostAndReleasesTheNewOne()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(Onboard("acme", Shop));
        system.Cloud.FailRolloutOf(Spec(Blog), new(RolloutCondition.Failed, "bad image", "ImagePullBackOff", ErrorClass.Invalid));

        await system.RunAsync(Update("acme", 2, Blog));

        Assert.Equal(("acme", null), (await HolderAsync(system, Shop), await HolderAsync(system, Blog)));
    }

    [Fact]
    public async Task Update_HostOfAnotherTenant_IsRefusedAndTheTenantRunsOn()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(Onboard("acme", Shop));
        await system.RunAsync(Onboard("blue", Blog));

        await system.RunAsync(Update("blue", 2, Blog, Shop));

        var tenant = await system.TenantAsync("blue");
        Assert.Equal((TenantPhase.Ready, 1, "HostNameTaken"), (tenant.Phase, tenant.AppliedRevision, tenant.LastError?.Code));
        Assert.Equal(("acme", "blue"), (await HolderAsync(system, Shop), await HolderAsync(system, Blog)));
    }

    [Fact]
    public async Task Onboard_NamespaceCannotBeDeleted_KeepsTheHostUntilItIsGone()
    {
        await using var system = await TestSystem.StartAsync();
        system.Cloud.Rollout = new(RolloutCondition.Failed, "bad image", "ImagePullBackOff", ErrorClass.Invalid);
        system.Cloud.NamespaceBlocker = "example.com/hold";
        await system.RunAsync(Onboard("acme", Shop));
        Assert.Equal((TenantPhase.TeardownFailed, "acme"), ((await system.TenantAsync()).Phase, await HolderAsync(system, Shop)));
        system.Cloud.Rollout = new(RolloutCondition.Ready, "ok");
        await system.RunAsync(Onboard("blue", Shop));
        Assert.Equal("HostNameTaken", (await system.TenantAsync("blue")).LastError?.Code);

        system.Cloud.NamespaceBlocker = null;
        await system.ActAsync(TenantVerb.Compensate);

        Assert.Null(await HolderAsync(system, Shop));
    }

    [Fact]
    public async Task Onboard_HostOfATenantThatDoesNotUseIt_TakesItOver()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(Onboard("acme", Blog));
        foreach (var (host, holder) in new[] { (Shop, "acme"), ("old.example.com", "nobody") })
        {
            await system.Hub.Client.Entities.SignalEntityAsync(HostNameEntity.IdOf(host), nameof(HostNameEntity.Claim), new HostNameRequest(new(holder, 1, 1)));
        }

        await system.SettleAsync();
        await system.RunAsync(Onboard("blue", Shop, "old.example.com"));

        Assert.Equal(TenantPhase.Ready, (await system.TenantAsync("blue")).Phase);
        Assert.Equal(("blue", "blue", "acme"), (await HolderAsync(system, Shop), await HolderAsync(system, "old.example.com"), await HolderAsync(system, Blog)));
    }

    [Fact]
    public async Task SuspendAndResume_Host_StaysTheTenants()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(Onboard("acme", Shop));

        await system.RunAsync(TestSystem.Request(TenantRequestKind.Suspend));
        await system.RunAsync(Onboard("blue", Shop));
        Assert.Equal((TenantPhase.Failed, "acme"), ((await system.TenantAsync("blue")).Phase, await HolderAsync(system, Shop)));

        await system.RunAsync(TestSystem.Request(TenantRequestKind.Resume));
        Assert.Equal((TenantPhase.Ready, "acme"), ((await system.TenantAsync()).Phase, await HolderAsync(system, Shop)));
    }

    [Fact]
    public async Task Rebuild_LostTaskHub_RestoresTheClaims()
    {
        await using var system = await TestSystem.StartAsync();
        var spec = system.Cloud.SpecStore.Save(Spec(Shop));
        system.Cloud.Strangers.Add(new(
            "tenant-acme", "uid", "tenantsandbox", "acme", 1, 5, spec, null, false, DateTimeOffset.UnixEpoch, false, null));

        await system.Hub.Client.ScheduleNewOrchestrationInstanceAsync(
            $"{MaintenanceTask.Rebuild}Orchestration",
            new MaintenanceInput(MaintenanceTask.Rebuild, new(100, TimeSpan.Zero, TimeSpan.FromHours(1), false, TimeSpan.FromDays(30), TimeSpan.FromHours(4)), "ann"));
        await system.SettleAsync();

        Assert.Equal("acme", await HolderAsync(system, Shop));
        await system.RunAsync(Onboard("blue", Shop));
        Assert.Equal("HostNameTaken", (await system.TenantAsync("blue")).LastError?.Code);
    }

    [Theory]
    [InlineData("shop.example.com", "shop.example.com")]
    [InlineData("a23456789012345678901234567890.a23456789012345678901234567890.a23456789012345678901234567890.example.com", null)]
    public void IdOf_Host_IsShortEnoughForEveryBackend(string host, string? key)
    {
        var id = HostNameEntity.IdOf(host);

        Assert.InRange(id.ToString().Length, 1, 100);
        Assert.Equal(key ?? id.Key, id.Key);
        Assert.Equal(id, HostNameEntity.IdOf(host));
    }

    /// <summary>Operations that claim, keep and release host names, and one whose name is another tenant's.</summary>
    internal static async Task RunEveryOperationAsync(TestSystem system)
    {
        await system.RunAsync(Onboard("acme", Shop));
        await system.RunAsync(Onboard("blue", Shop));
        await system.RunAsync(Update("acme", 2, Blog));
        await system.RunAsync(TestSystem.Request(TenantRequestKind.Suspend));
        await system.RunAsync(TestSystem.Request(TenantRequestKind.Resume));
        await system.RunAsync(TestSystem.Offboard());
    }

    [Fact]
    public async Task EveryOperation_WithHostNames_ReplaysTheSame()
    {
        await using var system = await TestSystem.StartAsync();
        await RunEveryOperationAsync(system);

        foreach (var id in new[] { "acme.1.1.onboard", "blue.1.1.onboard", "acme.1.2.update", "acme.1.3.suspend", "acme.1.4.resume", "acme.1.5.offboard" })
        {
            var run = await system.Hub.RecordAsync(id);
            Assert.Null(Determinism.GoldenHistories.FindDifference(id, run, TestSystem.Functions, TestSystem.CurrentVersion));
        }
    }

    private static TenantRequest Onboard(string tenant, params string[] hosts) => Request(TenantRequestKind.Onboard, tenant, 1, hosts);

    private static TenantRequest Update(string tenant, long revision, params string[] hosts) => Request(TenantRequestKind.Update, tenant, revision, hosts);

    private static TenantRequest Request(TenantRequestKind kind, string tenant, long revision, string[] hosts) =>
        new(kind, tenant, revision, SpecRef.Of(Spec(hosts)), $"{tenant}-{string.Join(',', hosts)}");

    private static TenantSpec Spec(params string[] hosts)
    {
        var spec = TestSystem.Spec();
        return spec with { Workloads = [.. spec.Workloads.Select(w => w with { Ports = [new(80)], Expose = new([.. hosts.Order(StringComparer.Ordinal)], [], "web", 80) })] };
    }

    private static async Task<string?> HolderAsync(TestSystem system, string host) =>
        (await system.Hub.Client.Entities.GetEntityAsync<HostNameClaim?>(HostNameEntity.IdOf(host)))?.State?.TenantId;
}
