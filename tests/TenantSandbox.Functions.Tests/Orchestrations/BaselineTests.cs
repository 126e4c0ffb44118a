using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Isolation;
using TenantSandbox.Functions.Kubernetes.Baseline;
using TenantSandbox.Functions.Maintenance;

namespace TenantSandbox.Functions.Tests.Orchestrations;

/// <summary>A cluster's baseline is there before the first tenant, and is compared whenever clusters are.</summary>
public sealed class BaselineTests
{
    private static readonly MaintenanceSettings Settings = new(
        100, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), false, TimeSpan.FromDays(30), TimeSpan.FromHours(4), TimeSpan.FromDays(30), ChecksBaselines: true);

    [Fact]
    public async Task Onboard_FirstTenantOfACluster_AppliesTheBaselineOnce()
    {
        await using var system = await TestSystem.StartAsync(cloud => cloud.WithoutBaseline.Add("aks1"));

        await system.RunAsync(TestSystem.Onboard());
        await system.RunAsync(TestSystem.Onboard("next"));

        Assert.Equal(TenantPhase.Ready, (await system.TenantAsync()).Phase);
        Assert.Equal(TenantPhase.Ready, (await system.TenantAsync("next")).Phase);
        Assert.Equal(1, system.Cloud.CallsOf(ActivityNames.ApplyClusterBaseline));
        Assert.Equal(3, system.Cloud.CallsOf(ActivityNames.CheckAdmission));
        Assert.Contains(nameof(ClusterBaselineOrchestration), await system.Hub.VerifyReplaysAsync());
    }

    [Fact]
    public async Task Onboard_ClusterWithoutThePolicies_IsPlacedOnTheNext()
    {
        await using var system = await TestSystem.StartAsync(cloud =>
        {
            cloud.Clusters.Add(FakeCloud.Cluster("aks2"));
            cloud.WithoutPolicies.Add("aks1");
        });

        await system.RunAsync(TestSystem.Onboard());

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, "aks2"), (tenant.Phase, tenant.Placement?.ClusterId));
    }

    [Fact]
    public async Task Onboard_OnlyClusterWithoutThePolicies_FailsWithTheReason()
    {
        await using var system = await TestSystem.StartAsync(cloud => cloud.WithoutPolicies.Add("aks1"));

        await system.RunAsync(TestSystem.Onboard());

        var tenant = await system.TenantAsync();
        Assert.Equal(
            (TenantPhase.Failed, "AdmissionPoliciesMissing", ErrorClass.Invalid), (tenant.Phase, tenant.LastError?.Code, tenant.LastError?.ErrorClass));
        Assert.Equal(0, system.Cloud.CallsOf(ActivityNames.EnsurePool));
        await system.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task ReconcileClusters_Drift_IsReportedByName()
    {
        await using var system = await TestSystem.StartAsync(cloud => cloud.BaselineDrift["aks1"] =
        [
            new("ValidatingAdmissionPolicy/tenantsandbox-pod-host", "did not exist", IsMissing: true),
            new("ConfigMap/policy-settings", "data.user.more should not be set, is mallory", IsMissing: false),
        ]);

        var report = await ReconcileAsync(system);

        Assert.Equal(
            [("baselineMissing", "aks1/ValidatingAdmissionPolicy/tenantsandbox-pod-host"), ("baselineChanged", "aks1/ConfigMap/policy-settings")],
            report.Findings.Select(f => (f.Kind, f.Subject)));
        Assert.Equal(2, report.Counts["baselineRepairs"]);
        Assert.Contains(system.Cloud.Events, e => e.Type == "tenantsandbox.maintenance.reconcile-clusters");
    }

    [Fact]
    public async Task ReconcileClusters_FirstBaseline_IsNoDrift()
    {
        await using var system = await TestSystem.StartAsync(cloud => cloud.WithoutBaseline.Add("aks1"));

        var report = await ReconcileAsync(system);

        Assert.Empty(report.Findings);
        Assert.Equal((50, 0), (report.Counts["baselineObjects"], report.Counts["baselineRepairs"]));
    }

    [Fact]
    public async Task ReconcileClusters_BaselineThatCantBeApplied_IsAFindingAndTheNextClusterIsCompared()
    {
        await using var system = await TestSystem.StartAsync(cloud =>
        {
            cloud.Clusters.Add(FakeCloud.Cluster("aks2"));
            cloud.WithoutPolicies.Add("aks1");
        });

        var report = await ReconcileAsync(system);

        var finding = Assert.Single(report.Findings);
        Assert.Equal(("baselineNotApplied", "aks1"), (finding.Kind, finding.Subject));
        Assert.StartsWith("AdmissionPoliciesMissing: ", finding.Detail, StringComparison.Ordinal);
        Assert.Equal((1, 50), (report.Counts["baselinesNotApplied"], report.Counts["baselineObjects"]));
    }

    private static async Task<MaintenanceReport> ReconcileAsync(TestSystem system)
    {
        await system.Hub.Client.ScheduleNewOrchestrationInstanceAsync(
            nameof(ReconcileClustersOrchestration), new MaintenanceInput(MaintenanceTask.ReconcileClusters, Settings, null), new StartOrchestrationOptions("reconcile"));
        await system.SettleAsync(until: system.Now.AddHours(1));
        return (await system.InstanceAsync("reconcile")).ReadOutputAs<MaintenanceReport>()!;
    }
}
