using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Maintenance;
using TenantSandbox.Functions.Tests.Orchestrations;

namespace TenantSandbox.Functions.Tests.Maintenance;

/// <summary>The sweep in virtual time, among resources that look like this installation's but aren't, and real orphans.</summary>
public sealed class SweepTests
{
    private const int Many = 1_000;

    private static readonly MaintenanceSettings Deleting = new(100, TimeSpan.Zero, TimeSpan.FromHours(1), true, TimeSpan.FromDays(30), TimeSpan.FromHours(4));

    [Fact]
    public async Task Sweep_ThousandLookAlikes_DeletesNone()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard());
        for (var i = 0; i < Many; i++)
        {
            switch (i % 4)
            {
                case 0:
                    // Another installation's, with every other tag alike.
                    system.Cloud.Strangers.Add(Namespace(i, owner: "someone-else"));
                    break;
                case 1:
                    system.Cloud.OtherPools.Add($"aks1/kata{i + 10}");
                    break;
                case 2:
                    // Marked as ours, but being deleted.
                    system.Cloud.Strangers.Add(Namespace(i) with { IsTerminating = true });
                    break;
                default:
                    // A live tenant's incarnation under another namespace name would be an orphan; this is the tenant's own namespace.
                    system.Cloud.OtherPools.Add($"aks1/x{i}");
                    break;
            }
        }

        var report = await SweepAsync(system, Deleting);

        Assert.Equal(0, report.Counts["candidates"]);
        Assert.Empty(system.Cloud.DeletedByMaintenance);
        Assert.Single(system.Cloud.Namespaces);
        Assert.Single(system.Cloud.Pools);
    }

    [Fact]
    public async Task Sweep_ThousandOrphans_FindsAndDeletesEach()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard());
        for (var i = 0; i < Many; i++)
        {
            system.Cloud.Strangers.Add(Namespace(i));
        }

        var report = await SweepAsync(system, Deleting);

        Assert.Equal(Many, report.Counts["orphanNamespaces"]);
        Assert.Equal(Many, report.Counts["deletionsRequested"]);
        Assert.Equal(Enumerable.Range(0, Many).Select(i => $"aks1/ghost-{i}.1").Order(StringComparer.Ordinal), system.Cloud.DeletedByMaintenance.Order(StringComparer.Ordinal));
        Assert.Equal(MaintenanceReport.MaxFindings, report.Findings.Count);
        Assert.Equal(Many - MaintenanceReport.MaxFindings, report.OmittedFindings);
    }

    [Fact]
    public async Task Sweep_ReportOnly_DeletesNothing()
    {
        await using var system = await TestSystem.StartAsync();
        system.Cloud.Strangers.Add(Namespace(1));

        var report = await SweepAsync(system, Deleting with { DeleteOrphans = false });

        Assert.Equal(("orphanNamespace", "aks1/tenant-ghost-1"), (Assert.Single(report.Findings).Kind, report.Findings[0].Subject));
        Assert.Empty(system.Cloud.DeletedByMaintenance);
    }

    [Fact]
    public async Task Sweep_NamespaceReplacedWithinTheGracePeriod_IsNotAnOrphanYet()
    {
        await using var system = await TestSystem.StartAsync();
        system.Cloud.Strangers.Add(Namespace(1));
        await StartAsync(system, Deleting);
        await system.SettleAsync(system.Now.AddMinutes(30));
        system.Cloud.Strangers[0] = Namespace(1) with { Uid = "another" };

        await system.SettleAsync();

        Assert.Empty(system.Cloud.DeletedByMaintenance);
        Assert.Equal(0, (await ReportAsync(system)).Counts["orphanNamespaces"]);
    }

    private static FoundNamespace Namespace(int number, string owner = "tenantsandbox") => new(
        $"tenant-ghost-{number}", $"uid-{number}", owner, $"ghost-{number}", 1, 1, null, null, false, DateTimeOffset.UnixEpoch, false);

    private static async Task<MaintenanceReport> SweepAsync(TestSystem system, MaintenanceSettings settings)
    {
        await StartAsync(system, settings);
        await system.SettleAsync();
        return await ReportAsync(system);
    }

    private static Task<string> StartAsync(TestSystem system, MaintenanceSettings settings) =>
        system.Hub.Client.ScheduleNewOrchestrationInstanceAsync(
            nameof(SweepOrphansOrchestration), new MaintenanceInput(MaintenanceTask.SweepOrphans, settings, null), new Microsoft.DurableTask.StartOrchestrationOptions(MaintenanceTask.SweepOrphans.ToInstanceId()));

    private static async Task<MaintenanceReport> ReportAsync(TestSystem system) =>
        (await system.Hub.Client.Entities.GetEntityAsync<MaintenanceState>(MaintenanceEntity.IdOf(MaintenanceTask.SweepOrphans)))!.State.Last!;
}
