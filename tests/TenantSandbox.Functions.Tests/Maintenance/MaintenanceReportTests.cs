using TenantSandbox.Functions.Maintenance;

namespace TenantSandbox.Functions.Tests.Maintenance;

public sealed class MaintenanceReportTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Add_SeveralPages_SumsCountsAndKeepsTheFirstFindings()
    {
        var report = MaintenanceReport.Start(MaintenanceTask.ReconcileTenants, Now, null);
        for (var page = 0; page < 3; page++)
        {
            report = report.Add(PageResult.Of(
                null,
                [("tenants", 10), ($"page{page}", 1)],
                [.. Enumerable.Range(0, 20).Select(i => new MaintenanceFinding("drift", $"t{page}-{i}", "", ""))]));
        }

        Assert.Equal(["page0", "page1", "page2", "tenants"], report.Counts.Keys);
        Assert.Equal(30, report.Counts["tenants"]);
        Assert.Equal(MaintenanceReport.MaxFindings, report.Findings.Count);
        Assert.Equal("t1-9", report.Findings[^1].Subject);
        Assert.Equal(60 - MaintenanceReport.MaxFindings, report.OmittedFindings);
    }

    [Fact]
    public void Report_Largest_StaysBelow16KB()
    {
        var finding = MaintenanceFinding.Create("orphanNamespace", "cluster-with-a-long-name-of-63-characters/tenant-with-a-long-name", new string('x', 500), "Delete it.");
        var report = MaintenanceReport.Start(MaintenanceTask.SweepOrphans, Now, "someone").Add(
            PageResult.Of(null, [], [.. Enumerable.Repeat(finding, 100)]));

        Assert.InRange(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(report).Length, 1, 16 * 1024);
    }

    [Fact]
    public void Add_SameRunTwice_KeepsItOnce()
    {
        var report = MaintenanceReport.Start(MaintenanceTask.Watchdog, Now, null);

        var state = new MaintenanceState().Add(report).Add(report with { EndedAt = Now });

        Assert.Equal(Now, state.Last?.EndedAt);
        Assert.Empty(state.Earlier);
    }

    [Fact]
    public void Add_MoreRunsThanAreKept_KeepsTheNewestWithoutFindings()
    {
        var state = new MaintenanceState();
        for (var run = 0; run < 15; run++)
        {
            state = state.Add(MaintenanceReport.Start(MaintenanceTask.Watchdog, Now.AddHours(run), null)
                .Add(PageResult.Of(null, [], [new MaintenanceFinding("lost", "acme", "", "")])));
        }

        Assert.Equal(Now.AddHours(14), state.Last?.StartedAt);
        Assert.Equal(Enumerable.Range(4, 10).Reverse().Select(h => Now.AddHours(h)), state.Earlier.Select(r => r.StartedAt));
        Assert.All(state.Earlier, r => Assert.Equal((0, 1), (r.Findings.Count, r.OmittedFindings)));
    }

    [Fact]
    public void Tasks_AllNames_AreReadBack()
    {
        Assert.All(MaintenanceTasks.All, task => Assert.True(MaintenanceTasks.TryParse(task.ToWireName(), out var read) && read == task));
        Assert.False(MaintenanceTasks.TryParse("Watchdog", out _));
    }
}
