using System.Text.Json;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Isolation.Evidence;
using TenantSandbox.Functions.Maintenance;
using TenantSandbox.Functions.Tenants;
using TenantSandbox.Functions.Tests.Doors.Http;
using TenantSandbox.Functions.Tests.Isolation.Evidence;

namespace TenantSandbox.Functions.Tests.Maintenance;

/// <summary>Which isolation reports are deleted, and which never.</summary>
public sealed class ReportCleanupTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly MaintenanceSettings Settings =
        new(2, TimeSpan.Zero, TimeSpan.FromHours(1), false, TimeSpan.FromDays(30), TimeSpan.FromHours(4), null, ReportRetention: TimeSpan.FromDays(400));

    private readonly MemoryReportFiles _files = new();

    [Fact]
    public async Task Delete_OldReportsOfALivingTenant_KeepsItsNewest()
    {
        Add("acme", 3);

        Assert.Equal(2, (await RunAsync(Tenant("acme", TenantPhase.Ready))).Counts["reportsDeleted"]);
        Assert.Equal(["acme/0000000001/0000000003"], _files.Content.Keys);
        Assert.Equal(0, (await RunAsync(Tenant("acme", TenantPhase.Ready))).Counts["reportsDeleted"]);
    }

    [Fact]
    public async Task Delete_TenantThatTheTaskHubDoesNotKnow_KeepsItsNewest()
    {
        Add("acme", 2);

        Assert.Equal(1, (await RunAsync()).Counts["reportsDeleted"]);
        Assert.Equal(["acme/0000000001/0000000002"], _files.Content.Keys);
    }

    [Theory]
    [InlineData(401, 0)]
    [InlineData(399, 1)]
    public async Task Delete_OffboardedTenant_AllGoOnlyAfterTheRetention(int daysAgo, int left)
    {
        Add("acme", 2);

        await RunAsync(Tenant("acme", TenantPhase.Offboarded) with { UpdatedAt = Now.AddDays(-daysAgo) });

        Assert.Equal(left, _files.Content.Count);
    }

    [Fact]
    public async Task Delete_RecentReports_Stay()
    {
        Add("acme", 4);
        _files.Times["acme/0000000001/0000000003"] = Now.AddDays(-399);
        // The storage's clock may have been wrong once; what stays must still be one chain.
        _files.Times["acme/0000000001/0000000002"] = Now.AddDays(-399);

        await RunAsync(Tenant("acme", TenantPhase.Offboarded) with { UpdatedAt = Now.AddDays(-900) });

        Assert.Equal(["2", "3", "4"], _files.Content.Keys.Select(k => k[^1..]).Order());
    }

    [Fact]
    public async Task Delete_ManyTenants_ContinuesAfterTheLastOne()
    {
        Add("acme", 2);
        Add("acme-2", 2);
        Add("other", 2);

        var first = await RunAsync();
        var second = await RunAsync(first.Continuation);

        Assert.Equal((2, "acme-2"), (first.Counts["reportsDeleted"], first.Continuation));
        Assert.Equal((1, null), (second.Counts["reportsDeleted"], second.Continuation));
        Assert.Equal(3, _files.Content.Count);
    }

    [Fact]
    public async Task Delete_MoreThanOneCallMay_ContinuesWithTheSameTenant()
    {
        Add("acme", 1_003);
        Add("other", 1);

        var first = await RunAsync();
        var second = await RunAsync(first.Continuation);

        Assert.Equal((1_000, ""), (first.Counts["reportsDeleted"], first.Continuation));
        Assert.Equal((2, null), (second.Counts["reportsDeleted"], second.Continuation));
        Assert.Equal(["acme/0000000001/0000001003", "other/0000000001/0000000001"], _files.Content.Keys.Order());
    }

    private void Add(string tenant, int count)
    {
        for (var number = 1; number <= count; number++)
        {
            _files.Content[new ReportName(tenant, 1, number).Path] = [];
        }
    }

    private static TenantState Tenant(string id, TenantPhase phase) => new()
    {
        TenantId = id,
        Phase = phase,
        Incarnation = 1,
        Revision = 1,
        Kind = TenantVerb.Onboard,
        ContentHash = "a",
        CreatedAt = Now.AddDays(-1000),
        UpdatedAt = Now.AddDays(-1000),
    };

    private Task<PageResult> RunAsync(params TenantState[] tenants) => RunAsync(null, tenants);

    private async Task<PageResult> RunAsync(string? continuation, params TenantState[] tenants)
    {
        var entities = new FakeEntityClient([.. tenants.Select(t => (TenantEntity.IdOf(t.TenantId), JsonSerializer.Serialize(t)))]);
        await using var client = new FakeDurableClient { EntityClient = entities };
        return await new ReportCleanup(new ReportStore(_files)).DeleteAsync(new(continuation, Settings, Now), client, default);
    }
}
