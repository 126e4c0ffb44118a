using System.Text.Json.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Functions.Orchestration;
using TenantSandbox.Functions.Pools;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>
/// Restores the ledgers and the tenants from the namespaces and agent pools that exist, after the task hub was lost. What is known
/// already isn't changed, so that it can run at any time and again.
/// </summary>
public static class RebuildOrchestration
{
    [Function(nameof(RebuildOrchestration))]
    public static Task<MaintenanceReport> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, MaintenanceInput input) =>
        MaintenanceRun.RunAsync(context, input, async (running, progress) =>
        {
            progress.BeginStep("select clusters");
            foreach (var cluster in (await context.SelectClustersAsync(new(null, null))).Clusters)
            {
                progress.BeginStep($"restore the tenants of cluster {cluster.ClusterId}");
                string? continuation = null;
                do
                {
                    var request = new RebuildRequest(cluster, continuation, input.RequestedBy ?? "", context.Now());
                    var page = await context.CallActivityAsync<PageResult>(ActivityNames.RebuildPage, request, RetryPolicies.Activity);
                    running.Add(page);
                    continuation = page.Continuation;
                    if (continuation is not null)
                    {
                        await context.WaitUntilAsync(context.Now() + input.Settings.PageDelay);
                    }
                }
                while (continuation is not null);
            }

            return null;
        });
}

/// <summary>Asks to restore the tenants of one page of a cluster's namespaces.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Continuation">The previous page's; null for the first page.</param>
/// <param name="Actor">Who asked for the rebuild.</param>
/// <param name="Now">The orchestration's time.</param>
public sealed record RebuildRequest(
    [property: JsonPropertyName("cluster")] ClusterTarget Cluster,
    [property: JsonPropertyName("continuation")] string? Continuation,
    [property: JsonPropertyName("actor")] string Actor,
    [property: JsonPropertyName("now")] DateTimeOffset Now);
