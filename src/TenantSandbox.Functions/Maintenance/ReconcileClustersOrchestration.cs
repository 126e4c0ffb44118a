using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Functions.Orchestration;
using TenantSandbox.Functions.Pools;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>Compares the ledger of each configured cluster with the agent pools that ARM lists.</summary>
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
}
