using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Pools;
using TenantSandbox.Functions.Requests;
using TenantSandbox.Functions.Tenants;
using TenantSandbox.Local.Engine;

namespace TenantSandbox.Orchestrations.Tests;

/// <summary>The app's orchestrations and entities on the local engine, in virtual time, before a fake cloud.</summary>
internal sealed class World : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("tenantsandbox-orchestrations-");
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly SkippingClock _clock = new(new(2026, 11, 24, 0, 0, 0, TimeSpan.Zero));
    private int _requests;

    private World(FakeCloud cloud)
    {
        Cloud = cloud;
        var catalog = new TaskCatalog()
            .AddOrchestrator(nameof(SubmitRequestOrchestration), async c => await SubmitRequestOrchestration.RunAsync(c, c.GetInput<SubmitInput>()!))
            .AddOrchestrator(nameof(OnboardOrchestration), async c => await OnboardOrchestration.RunAsync(c, c.GetInput<OnboardInput>()!))
            .AddOrchestrator(nameof(OffboardOrchestration), async c => await OffboardOrchestration.RunAsync(c, c.GetInput<OffboardInput>()!))
            .AddOrchestrator(nameof(CreatePoolOrchestration), async c => await CreatePoolOrchestration.RunAsync(c, c.GetInput<PoolJob>()!))
            .AddOrchestrator(nameof(DeletePoolOrchestration), async c => await DeletePoolOrchestration.RunAsync(c, c.GetInput<PoolJob>()!))
            .AddEntity(nameof(TenantEntity), _ => new TenantEntity())
            .AddEntity(nameof(ClusterEntity), _ => new ClusterEntity());
        var options = new EngineOptions
        {
            DatabasePath = Path.Combine(_directory.FullName, "engine.db"),
            Durability = CommitDurability.ProcessDeath,
            MaxConcurrentActivities = 8,
        };
        Engine = new(options, cloud.Register(catalog), _services, _clock, NullLoggerFactory.Instance);
    }

    public FakeCloud Cloud { get; }

    public DurableEngine Engine { get; }

    public DateTimeOffset Now => _clock.GetUtcNow();

    public static async Task<World> StartAsync(Action<FakeCloud>? prepare = null)
    {
        var cloud = new FakeCloud();
        prepare?.Invoke(cloud);
        var world = new World(cloud);
        await world.Engine.StartAsync(CancellationToken.None);
        return world;
    }

    public static TenantRequest Onboard(string tenant = "acme", long revision = 1, TenantTier tier = TenantTier.Pooled, int replicas = 1) => new(
        TenantRequestKind.Onboard,
        tenant,
        revision,
        new(tier, null, null, null, [new("web", "nginx", replicas, 1_000, 1_024, [], [], [], [], null)], []),
        $"content-{replicas}");

    public static TenantRequest Offboard(string tenant = "acme", long? revision = null) =>
        new(TenantRequestKind.Offboard, tenant, revision, null, "offboard");

    /// <summary>Hands a request in and goes on until nothing is left to do.</summary>
    public async Task<SubmitAnswer> RunAsync(TenantRequest request, string? id = null)
    {
        var instanceId = await StartAsync(request, id);
        await SettleAsync();
        return await AnswerAsync(instanceId);
    }

    /// <summary>Hands a request in.</summary>
    public Task<string> StartAsync(TenantRequest request, string? id = null) =>
        StartOnce.StartAsync(Engine.Client, new("test", id ?? $"request-{++_requests}"), request, Now, CancellationToken.None);

    public async Task<SubmitAnswer> AnswerAsync(string instanceId) =>
        (await Engine.Client.GetInstanceAsync(instanceId, getInputsAndOutputs: true))!.ReadOutputAs<SubmitAnswer>()!;

    /// <summary>Lets everything happen that can, jumping from timer to timer.</summary>
    /// <param name="until">Stops before time passes this.</param>
    public async Task SettleAsync(DateTimeOffset? until = null)
    {
        for (var jumps = 0; ; jumps++)
        {
            await Engine.WhenIdleAsync(CancellationToken.None);
            if (Engine.NextTimerDue is not { } due || due > until || _clock.NextDue is not { } next)
            {
                return;
            }

            Assert.True(jumps < 5_000, "nothing comes to an end");
            _clock.Advance(next - Now);
        }
    }

    public async Task<TenantState> TenantAsync(string tenant = "acme") =>
        (await Engine.Client.Entities.GetEntityAsync<TenantState>(TenantEntity.IdOf(tenant)))!.State;

    public async Task<LedgerState> LedgerAsync(string cluster = "aks1") =>
        (await Engine.Client.Entities.GetEntityAsync<LedgerState>(ClusterEntity.IdOf(cluster)))?.State ?? new() { ClusterId = cluster };

    public async Task<OrchestrationMetadata> OperationAsync(string instanceId) =>
        (await Engine.Client.GetInstanceAsync(instanceId, getInputsAndOutputs: true))!;

    /// <summary>Nothing of any tenant is left anywhere, and nothing happened that never may.</summary>
    public async Task AssertNothingLeftAsync()
    {
        Assert.Empty(Cloud.Violations);
        Assert.Empty(Cloud.Namespaces);
        Assert.Empty(Cloud.Pools);
        foreach (var cluster in Cloud.Clusters)
        {
            Assert.Empty((await LedgerAsync(cluster.ClusterId)).Pools);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await _services.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
