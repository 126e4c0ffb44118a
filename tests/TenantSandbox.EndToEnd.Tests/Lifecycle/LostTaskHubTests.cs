using TenantSandbox.AksTwin;
using TenantSandbox.Cli.Local;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.EndToEnd.Tests.Lifecycle;

/// <summary>The task hub is lost while everything in Azure stays.</summary>
public sealed class LostTaskHubTests
{
    [Fact]
    public async Task NewDedicatedTenant_AfterTheTaskHubWasLost_NeverGetsAnothersPool()
    {
        await using var world = await World.CreateAsync();
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
        await using var world = await World.CreateAsync();
        await using (var system = await world.StartAsync())
        {
            using var acme = await system.OnboardAsync("acme", tier: "dedicated");
            using var beta = await system.OnboardAsync("beta", revision: 7);
            await system.SettleAsync("acme");
            await system.SettleAsync("beta");
        }

        world.LoseTaskHub();
        await using (var system = await world.StartAsync())
        {
            var report = await system.MaintainAsync("rebuild");
            await system.WaitUntilNothingRunsAsync();

            Assert.Equal(2, report["counts"]!["tenants"]!.GetValue<int>());
            Assert.Equal(0, report["counts"]!["specsUnknown"]!.GetValue<int>());
            Assert.Equal(TenantPhase.Ready, (await system.SettleAsync("acme")).Phase);
            Assert.Equal(7, (await system.SettleAsync("beta")).Revision);
            using var update = await system.PutAsync("beta", TenantRequests.Onboard("beta", 8, image: "registry.example/app:2"), ifMatch: 7);
            Assert.Equal(TenantPhase.Ready, (await system.SettleAsync("beta")).Phase);
            using var first = await system.OffboardAsync("acme");
            using var second = await system.OffboardAsync("beta");
            await system.SettleAsync("acme");
            await system.SettleAsync("beta");
            await system.WaitUntilNothingRunsAsync();
            using var person = await Stranger.OfAsync(world.Twin);
            Assert.Empty(await person.ListPoolsAsync());
        }
    }

    /// <summary>A twin and a state directory that outlive the systems on them.</summary>
    private sealed class World : IAsyncDisposable
    {
        private readonly string _state = Directory.CreateTempSubdirectory("tenantsandbox-lost-").FullName;

        private World(TwinHost twin) => Twin = twin;

        public TwinHost Twin { get; }

        public static async Task<World> CreateAsync() => new(await TwinHost.StartAsync(new TwinOptions { Timing = TimingProfile.Instant }));

        public Task<TestSystem> StartAsync() => TestSystem.StartAsync(options => options with
        {
            StateDirectory = _state,
            Twin = new TwinConnection(Twin.ArmEndpoint, Twin.CertificateAuthorityPem, Twin.Options),
        });

        public void LoseTaskHub()
        {
            var lost = Directory.GetFiles(_state, "*.db*");
            Assert.NotEmpty(lost);
            foreach (var file in lost)
            {
                File.Delete(file);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await Twin.DisposeAsync();
            Directory.Delete(_state, recursive: true);
        }
    }
}
