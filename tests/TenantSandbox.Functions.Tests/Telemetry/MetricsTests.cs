using System.Diagnostics.Metrics;
using System.Reflection;
using Azure.Storage.Queues;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Azure.EventGrid;
using TenantSandbox.Functions.Doors;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Maintenance;
using TenantSandbox.Functions.Telemetry;
using TenantSandbox.Functions.Tests.Doors.Http;
using TenantSandbox.Functions.Tests.Orchestrations;

namespace TenantSandbox.Functions.Tests.Telemetry;

/// <summary>docs/telemetry.md is the contract of the metrics: what the code has, and what a run records, is what the table says.</summary>
public sealed class MetricsTests
{
    private const string Tenant = "measured-tenant";

    private static readonly MaintenanceSettings Settings =
        new(100, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), false, TimeSpan.FromDays(30), TimeSpan.FromHours(4), TimeSpan.FromDays(30));

    private static readonly IReadOnlyDictionary<string, Row> Table = ReadTable();

    private static Instrument[] Instruments =>
        [.. typeof(SandboxMetrics).GetProperties(BindingFlags.Public | BindingFlags.Static).Select(p => p.GetValue(null)).OfType<Instrument>()];

    [Fact]
    public void Instruments_OfTheCode_AreThoseOfTheTable() => Assert.Equal(
        Instruments.Select(i => $"{i.Name} {KindOf(i)} {i.Unit}").Order(StringComparer.Ordinal),
        Table.Values.Select(r => $"{r.Name} {r.Kind} {r.Unit}").Order(StringComparer.Ordinal));

    [Fact]
    public void Labels_OfTheTable_AreNoTenants() =>
        Assert.DoesNotContain(Table.Values.SelectMany(r => r.Labels), label => label.Contains("tenant", StringComparison.OrdinalIgnoreCase));

    [Fact]
    public async Task Run_OfATenantsLife_RecordsWhatTheTableSays()
    {
        using var recorded = new RecordedMetrics();
        await using var services = App.Create(App.Settings());
        await using var system = TestSystem.Create();
        var topic = services.Make<EventTopic>();
        system.Hub.AddActivity<LifecycleEvent, object?>(ActivityNames.PublishEvent, async published =>
        {
            await topic.PublishAsync(published, system.Hub.Client, default);
            return null;
        });
        await system.Hub.StartAsync();

        await system.SubmitAsync(TestSystem.Onboard(Tenant));
        await system.SettleAsync(until: system.Now);
        await RunMaintenanceAsync(system, MaintenanceTask.Watchdog);
        await system.SettleAsync();
        await RunMaintenanceAsync(system, MaintenanceTask.SweepOrphans);
        await system.RunAsync(TestSystem.Offboard(Tenant));
        await RefuseAsync();
        await Assert.ThrowsAsync<ThrottledException>(
            () => ActivityTelemetry.RunAsync("MeasuredActivity", isActivity: true, () => throw new ThrottledException("TooManyRequests", "later")));

        Assert.Contains(recorded.Of("tenantsandbox.operation.duration", ("operation", "onboard"), ("outcome", "succeeded")), seconds => seconds is > 0 and < 3_600);
        Assert.NotEmpty(recorded.Of("tenantsandbox.operation.duration", ("operation", "createPool"), ("outcome", "succeeded")));
        Assert.NotEmpty(recorded.Of("tenantsandbox.operation.age", ("operation", "onboard")));
        Assert.Contains(1, recorded.Of("tenantsandbox.tenants", ("phase", "onboarding")));
        Assert.Contains(0, recorded.Of("tenantsandbox.tenants", ("phase", "quarantined")));
        Assert.Contains(1, recorded.Of("tenantsandbox.operations.running"));
        Assert.Contains(1, recorded.Of("tenantsandbox.reservations", ("cluster", "aks1")));
        Assert.Contains(0, recorded.Of("tenantsandbox.reservations", ("cluster", "aks1")));
        Assert.Contains(recorded.Of("tenantsandbox.capacity.free", ("cluster", "aks1")), nodes => nodes > 0);
        Assert.Contains(recorded.Of("tenantsandbox.writes.left", ("cluster", "aks1")), writes => writes > 0);
        Assert.NotEmpty(recorded.Of("tenantsandbox.requests", ("kind", "onboard"), ("outcome", "submitted")));
        Assert.NotEmpty(recorded.Of("tenantsandbox.refusals", ("door", "http"), ("class", "idempotency-key-reused")));
        Assert.NotEmpty(recorded.Of("tenantsandbox.refusals", ("door", "tenant-requests"), ("class", "malformed")));
        Assert.NotEmpty(recorded.Of("tenantsandbox.events", ("type", "tenantsandbox.tenant.ready"), ("outcome", "published")));
        Assert.NotEmpty(recorded.Of("tenantsandbox.maintenance.runs", ("task", "sweep-orphans"), ("outcome", "succeeded")));
        Assert.NotEmpty(recorded.Of("tenantsandbox.maintenance.results", ("task", "watchdog"), ("result", "lostOperations")));
        Assert.NotEmpty(recorded.Of("tenantsandbox.maintenance.findings", ("task", "sweep-orphans")));
        Assert.NotEmpty(recorded.Of("tenantsandbox.activity.duration", ("activity", "MeasuredActivity"), ("outcome", "throttled")));
        AssertAsDocumented(recorded);
    }

    /// <summary>Each recording has exactly the labels of the table, and none is a tenant.</summary>
    internal static void AssertAsDocumented(RecordedMetrics recorded) => Assert.All(recorded.All, m =>
    {
        Assert.Equal(Table[m.Instrument].Labels.Order(StringComparer.Ordinal), m.Labels.Keys.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(m.Labels.Values, value => value is null || value.Contains(Tenant, StringComparison.Ordinal));
    });

    private static async Task RunMaintenanceAsync(TestSystem system, MaintenanceTask task)
    {
        await system.Hub.Client.ScheduleNewOrchestrationInstanceAsync($"{task}Orchestration", new MaintenanceInput(task, Settings, null));
        await system.SettleAsync(until: system.Now);
    }

    private static async Task RefuseAsync()
    {
        Problem.KeyReused(HttpSubmissionTests.Http().Request);
        var rejected = new RejectedRequests(new RejectedQueue((QueueClient?)null), TimeProvider.System, NullLogger<RejectedRequests>.Instance);
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => rejected.KeepAsync(QueueNames.Requests, "{", [new ValidationFault("", ValidationFaultCodes.Malformed, "It is no JSON.")], default));
    }

    private static string KindOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0].ToLowerInvariant();

    private static Dictionary<string, Row> ReadTable() => SourceTree.Read("docs/telemetry.md").Split('\n')
        .Where(line => line.StartsWith("| `tenantsandbox.", StringComparison.Ordinal))
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
        .Select(cells => new Row(cells[1].Trim('`'), cells[2], cells[3].Trim('`'), [.. cells[4].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(l => l.Trim('`'))]))
        .ToDictionary(row => row.Name);

    private sealed record Row(string Name, string Kind, string Unit, string[] Labels);
}
