using System.Text.Json.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Functions.Orchestration;
using TenantSandbox.Functions.Pools;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>
/// Finds agent pools and namespaces with this installation's marks that nothing owns. Takes two inventories, a grace period apart: a
/// resource that is just being made or deleted is in at most one of them. Reports what is in both, and deletes it if so configured.
/// </summary>
public static class SweepOrphansOrchestration
{
    [Function(nameof(SweepOrphansOrchestration))]
    public static Task<MaintenanceReport> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, MaintenanceInput input) =>
        MaintenanceRun.RunAsync(context, input, async (running, progress) =>
        {
            progress.BeginStep("take the first inventory");
            var candidates = new List<InventoryPage>();
            var clusters = (await context.SelectClustersAsync(new(null, null))).Clusters;
            foreach (var cluster in clusters)
            {
                await TakeInventoryAsync(context, cluster.ClusterId, candidates);
            }

            running.Add(PageResult.Of(("clusters", clusters.Count), ("candidates", candidates.Sum(c => c.Digests.Count))));
            if (candidates.Count == 0)
            {
                return null;
            }

            progress.BeginStep("wait for the grace period");
            await context.WaitUntilAsync(context.Now() + input.Settings.OrphanGracePeriod);

            progress.BeginStep("take the second inventory");
            foreach (var page in candidates)
            {
                var target = clusters.First(c => c.ClusterId == page.ClusterId);
                var request = new SweepRequest(page.ClusterId, page.Digests, target.PoolTemplate, input.Settings.DeleteOrphans);
                running.Add(await context.CallActivityAsync<PageResult>(ActivityNames.SweepOrphans, request, RetryPolicies.Activity));
                await context.WaitUntilAsync(context.Now() + input.Settings.PageDelay);
            }

            return null;
        });

    private static async Task TakeInventoryAsync(TaskOrchestrationContext context, string clusterId, List<InventoryPage> candidates)
    {
        string? after = null;
        do
        {
            var page = await context.CallActivityAsync<InventoryPage>(
                ActivityNames.TakeInventory, new InventoryRequest(clusterId, after), RetryPolicies.Activity);
            if (page.Digests.Count > 0)
            {
                candidates.Add(page);
            }

            after = page.HasMore ? page.Digests[^1] : null;
        }
        while (after is not null);
    }
}

/// <summary>Asks what nothing owns in a cluster.</summary>
/// <param name="ClusterId">The cluster.</param>
/// <param name="After">The last digest of the previous page; null for the first page.</param>
public sealed record InventoryRequest(
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("after")] string? After);

/// <summary>One page of what nothing owns.</summary>
/// <param name="ClusterId">The cluster.</param>
/// <param name="Digests">Digests of identities, in ordinal order; at most <see cref="MaxDigests"/>.</param>
/// <param name="HasMore">Whether another page follows.</param>
public sealed record InventoryPage(
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("digests")] IReadOnlyList<string> Digests,
    [property: JsonPropertyName("hasMore")] bool HasMore)
{
    /// <summary>Keeps a page below 8 KB.</summary>
    public const int MaxDigests = 250;
}

/// <summary>Asks to report or delete what still has no owner.</summary>
/// <param name="ClusterId">The cluster.</param>
/// <param name="Digests">What had no owner in the first inventory.</param>
/// <param name="Template">The cluster's pool template.</param>
/// <param name="Delete">Whether to delete it.</param>
public sealed record SweepRequest(
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("digests")] IReadOnlyList<string> Digests,
    [property: JsonPropertyName("template")] PoolTemplate Template,
    [property: JsonPropertyName("delete")] bool Delete);
