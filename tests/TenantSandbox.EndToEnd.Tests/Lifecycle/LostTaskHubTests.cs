using System.Text.Json.Nodes;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.EndToEnd.Tests.Lifecycle;

/// <summary>The task hub is lost while everything in Azure stays.</summary>
public sealed class LostTaskHubTests
{
    [Fact]
    public async Task NewDedicatedTenant_AfterTheTaskHubWasLost_NeverGetsAnothersPool()
    {
        await using var world = await LastingTwin.CreateAsync();
        string acmePool;
        await using (var system = await world.StartAsync())
        {
            using var onboarding = await system.OnboardAsync("acme", tier: "dedicated");
            acmePool = (await system.SettleAsync("acme")).Placement!.Pool!;
        }

        world.LoseTaskHub();
        await using (var system = await world.StartAsync())
        {
            using var onboarding = await system.OnboardAsync("beta", tier: "dedicated");
            var beta = await system.SettleAsync("beta");
            Assert.Equal(TenantPhase.Ready, beta.Phase);
            Assert.NotEqual(acmePool, beta.Placement!.Pool);
            using var offboarding = await system.OffboardAsync("beta");
            await system.SettleAsync("beta");
            await system.WaitUntilNothingRunsAsync();
            using var person = await Stranger.OfAsync(world.Twin);
            Assert.Equal([acmePool], await person.ListPoolsAsync());
            Assert.Equal("registry.example/app:1", (await person.ReadDeploymentAsync("acme")).Image);
        }
    }

    [Fact]
    public async Task Rebuild_AfterTheTaskHubWasLost_RestoresTenantsAndLedger()
    {
        await using var world = await LastingTwin.CreateAsync();
        await using (var system = await world.StartAsync())
        {
            using var acme = await system.OnboardAsync("acme", tier: "dedicated");
            using var beta = await system.OnboardAsync("beta", revision: 7);
            using var gamma = await system.OnboardAsync("gamma");
            await system.SettleAsync("acme");
            await system.SettleAsync("beta");
            await system.SettleAsync("gamma");
            using var suspension = await system.ActAsync("tenants/gamma/suspend");
            Assert.Equal(TenantPhase.Suspended, (await system.SettleAsync("gamma")).Phase);
        }

        world.LoseTaskHub();
        await using (var system = await world.StartAsync())
        {
            var report = await system.MaintainAsync("rebuild");
            await system.WaitUntilNothingRunsAsync();

            Assert.Equal((3, 2, 0), (Count(report, "tenants"), Count(report, "pools"), Count(report, "specsUnknown")));
            Assert.Equal(TenantPhase.Ready, (await system.SettleAsync("acme")).Phase);
            Assert.Equal(7, (await system.SettleAsync("beta")).Revision);
            Assert.Equal(TenantPhase.Suspended, (await system.SettleAsync("gamma")).Phase);
            Assert.Equal(0, Count(await system.MaintainAsync("reconcile-clusters"), "differences"));
            var reconciled = await system.MaintainAsync("reconcile-tenants");
            Assert.Equal((3, 0, 0), (Count(reconciled, "compared"), Count(reconciled, "drifted"), Count(reconciled, "repairs")));
            using var resumption = await system.ActAsync("tenants/gamma/resume");
            Assert.Equal(TenantPhase.Ready, (await system.SettleAsync("gamma")).Phase);
            using var update = await system.PutAsync("beta", TenantRequests.Onboard("beta", 8, image: "registry.example/app:2"), ifMatch: 7);
            Assert.Equal(TenantPhase.Ready, (await system.SettleAsync("beta")).Phase);
            using var first = await system.OffboardAsync("acme");
            using var second = await system.OffboardAsync("beta");
            using var third = await system.OffboardAsync("gamma");
            await system.SettleAsync("acme");
            await system.SettleAsync("beta");
            await system.SettleAsync("gamma");
            await system.WaitUntilNothingRunsAsync();
            using var person = await Stranger.OfAsync(world.Twin);
            Assert.Empty(await person.ListPoolsAsync());
        }
    }

    private static int Count(JsonObject report, string name) => report["counts"]![name]!.GetValue<int>();
}
