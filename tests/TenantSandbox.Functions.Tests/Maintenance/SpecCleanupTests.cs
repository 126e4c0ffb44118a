using System.Text.Json;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Maintenance;
using TenantSandbox.Functions.Tenants;
using TenantSandbox.Functions.Tests.Doors.Http;
using TenantSandbox.Functions.Tests.Orchestrations;

namespace TenantSandbox.Functions.Tests.Maintenance;

/// <summary>Which stored specs are deleted, and which never.</summary>
public sealed class SpecCleanupTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly MaintenanceSettings Settings =
        new(100, TimeSpan.Zero, TimeSpan.FromHours(1), false, TimeSpan.FromDays(30), TimeSpan.FromHours(4), TimeSpan.FromDays(30));

    private readonly MemorySpecStore _specs = new();
    private readonly FakeCloud _cloud = new();

    [Fact]
    public async Task Delete_OldAndUnused_IsDeletedAndCounted()
    {
        Save("unused");
        Save("unused too");

        var page = await RunAsync();

        Assert.Equal((2, null), (page.Counts["specsDeleted"], page.Continuation));
        Assert.Empty(await StoredAsync());
    }

    [Fact]
    public async Task Delete_SavedWithinTheRetention_Stays()
    {
        var recent = Save("recent");
        _specs.Times[recent.Hash] = Now.AddDays(-29);

        Assert.Equal(0, (await RunAsync()).Counts["specsDeleted"]);
        Assert.Equal([recent.Hash], await StoredAsync());
    }

    [Fact]
    public async Task Delete_UsedByATenant_Stays()
    {
        var (desired, applied, waiting) = (Save("desired"), Save("applied"), Save("waiting"));
        Save("unused");
        var tenant = new TenantState
        {
            TenantId = "acme",
            Phase = TenantPhase.Updating,
            Incarnation = 1,
            Revision = 3,
            Sequence = 3,
            Kind = TenantVerb.Update,
            ContentHash = "a",
            Desired = desired,
            Applied = applied,
            WaitingCommands = [new("c", TenantVerb.Update, 3, waiting, Now)],
            CreatedAt = Now,
            UpdatedAt = Now,
        };

        var page = await RunAsync(tenant);

        Assert.Equal(1, page.Counts["specsDeleted"]);
        Assert.Equal(new[] { desired, applied, waiting }.Select(s => s.Hash).Order(StringComparer.Ordinal), await StoredAsync());
    }

    [Fact]
    public async Task Delete_TaskHubLost_KeepsWhatNamespacesName()
    {
        var named = Save("named");
        Save("unused");
        _cloud.Strangers.Add(new("tenant-acme", "uid", "tenantsandbox", "acme", 1, 5, named.Hash, "kata1", false, Now, false));

        Assert.Equal(1, (await RunAsync()).Counts["specsDeleted"]);
        Assert.Equal([named.Hash], await StoredAsync());
    }

    [Fact]
    public async Task Delete_VeryMany_ContinuesUntilAllAreDeleted()
    {
        for (var i = 0; i < 1_001; i++)
        {
            Save($"unused-{i}");
        }

        var first = await RunAsync();
        var second = await RunAsync();

        Assert.Equal((1_000, "more"), (first.Counts["specsDeleted"], first.Continuation));
        Assert.Equal((1, null), (second.Counts["specsDeleted"], second.Continuation));
    }

    private SpecRef Save(string image)
    {
        var spec = TestSystem.Spec(image: image);
        _specs.Save(spec);
        return SpecRef.Of(spec);
    }

    private async Task<PageResult> RunAsync(params TenantState[] tenants)
    {
        var entities = new FakeEntityClient([.. tenants.Select(t => (TenantEntity.IdOf(t.TenantId), JsonSerializer.Serialize(t)))]);
        await using var client = new FakeDurableClient { EntityClient = entities };
        var options = new TenantSandboxOptions();
        options.Clusters.Add(new() { Id = "aks1" });
        return await new SpecCleanup(_cloud, _specs, Options.Create(options)).DeleteAsync(new(null, Settings, Now), client, default);
    }

    private async Task<List<string>> StoredAsync()
    {
        var stored = new List<string>();
        await foreach (var spec in _specs.ListAsync(default))
        {
            stored.Add(spec.Hash);
        }

        return [.. stored.Order(StringComparer.Ordinal)];
    }
}
