using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Functions.Isolation;
using TenantSandbox.Functions.Kubernetes.Baseline;
using TenantSandbox.Functions.Orchestration;
using TenantSandbox.Functions.Pools;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>Compares the ledger of each configured cluster with the agent pools that ARM lists, and its baseline with what is there.</summary>
public static class ReconcileClustersOrchestration
{
    [Function(nameof(ReconcileClustersOrchestration))]
    public static Task<MaintenanceReport> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, MaintenanceInput input) =>
        MaintenanceRun.RunAsync(context, input, async (running, progress) =>
        {
            progress.BeginStep("select clusters");
            var clusters = (await context.SelectClustersAsync(new(null, null))).Clusters;
            foreach (var cluster in clusters)
            {
                progress.BeginStep($"compare the pools of cluster {cluster.ClusterId}");
                var error = await Saga.AttemptAsync(async () => running.Add(ToPage(await ClusterReconciliation.RunAsync(context, cluster, progress))));
                if (error is not null)
                {
                    running.Add(PageResult.Of(
                        null, [("clustersNotRead", 1)],
                        [MaintenanceFinding.Create("clusterNotRead", cluster.ClusterId, $"{error.Code}: {error.Message}", "The next run tries again.")]));
                }

                if (input.Settings.ChecksBaselines)
                {
                    progress.BeginStep($"compare the baseline of cluster {cluster.ClusterId}");
                    running.Add(ToPage(cluster.ClusterId, await context.ApplyBaselineAsync(cluster.ClusterId)));
                }
            }

            return null;
        });

    private static PageResult ToPage(ClusterReport report) => PageResult.Of(
        null,
        [
            ("pools", report.Pools), ("ownPools", report.OwnPools), ("nodes", report.Nodes),
            ("differences", report.Findings.Count + report.Omitted), ("versions", report.Versions.Count),
        ],
        [.. report.Findings.Select(f => MaintenanceFinding.Create($"pool{f.Kind}", $"{report.ClusterId}/{f.PoolName}", f.Detail, f.Action))]);

    // What a first application makes is no drift.
    private static PageResult ToPage(string clusterId, BaselineResult baseline)
    {
        if (baseline.Report is not { } report)
        {
            var error = baseline.Error!;
            return PageResult.Of(
                null, [("baselinesNotApplied", 1)],
                [MaintenanceFinding.Create("baselineNotApplied", clusterId, $"{error.Code}: {error.Message}", "No tenant is placed there. The next run tries again.")]);
        }

        var repaired = report.Changes.Count + report.OmittedChanges;
        return PageResult.Of(
            null,
            [("baselineObjects", report.Objects), ("baselineRepairs", report.IsFirst ? 0 : repaired), ("clustersWithoutPolicies", report.HasPolicies ? 0 : 1)],
            report.IsFirst ? [] : [.. report.Changes.Select(c => Finding(clusterId, c))]);
    }

    private static MaintenanceFinding Finding(string clusterId, BaselineChange change) => MaintenanceFinding.Create(
        change.IsMissing ? "baselineMissing" : "baselineChanged", $"{clusterId}/{change.Object}", change.Detail, change.IsMissing ? "made again" : "changed back");
}
