using System.Text.Json.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Functions.Orchestration;

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
            var first = await context.CallActivityAsync<InventoryResult>(ActivityNames.TakeInventory, new InventoryRequest(null), RetryPolicies.Activity);
            if (first.Orphans == 0)
            {
                running.Add(new PageResult(null, first.Counts, []));
                return null;
            }

            progress.BeginStep("wait for the grace period");
            await context.WaitUntilAsync(context.Now() + input.Settings.OrphanGracePeriod);

            progress.BeginStep("take the second inventory");
            var second = await context.CallActivityAsync<InventoryResult>(ActivityNames.TakeInventory, new InventoryRequest(first.Key), RetryPolicies.Activity);
            running.Add(new PageResult(null, second.Counts, input.Settings.DeleteOrphans ? [] : second.Findings));
            if (!input.Settings.DeleteOrphans)
            {
                return null;
            }

            progress.BeginStep("delete the orphans");
            for (int? offset = 0; offset is not null;)
            {
                var deleted = await context.CallActivityAsync<DeletionResult>(
                    ActivityNames.DeleteOrphans, new DeletionRequest(second.Key, offset.Value), RetryPolicies.Activity);
                running.Add(new PageResult(null, deleted.Counts, deleted.Findings));
                offset = deleted.NextOffset;
                if (offset is not null)
                {
                    await context.WaitUntilAsync(context.Now() + input.Settings.PageDelay);
                }
            }

            return null;
        });
}

/// <summary>Asks for an inventory of what has no owner.</summary>
/// <param name="EarlierKey">The key of an earlier inventory: only what is in both is kept. Null for a first one.</param>
public sealed record InventoryRequest([property: JsonPropertyName("earlierKey")] string? EarlierKey);

/// <summary>A stored inventory.</summary>
/// <param name="Key">Its key in the store.</param>
/// <param name="Orphans">Number of its entries.</param>
/// <param name="Counts">What was examined.</param>
/// <param name="Findings">The first entries.</param>
public sealed record InventoryResult(
    [property: JsonPropertyName("key")] string Key,
    [property: JsonPropertyName("orphans")] int Orphans,
    [property: JsonPropertyName("counts")] IReadOnlyDictionary<string, long> Counts,
    [property: JsonPropertyName("findings")] IReadOnlyList<MaintenanceFinding> Findings);

/// <summary>Asks to delete a part of an inventory.</summary>
/// <param name="Key">The inventory's key.</param>
/// <param name="Offset">The first entry to delete.</param>
public sealed record DeletionRequest(
    [property: JsonPropertyName("key")] string Key,
    [property: JsonPropertyName("offset")] int Offset);

/// <summary>What was deleted.</summary>
/// <param name="NextOffset">Where the next part begins; null at the end.</param>
/// <param name="Counts">Numbers by outcome.</param>
/// <param name="Findings">One for each entry of the part.</param>
public sealed record DeletionResult(
    [property: JsonPropertyName("nextOffset")] int? NextOffset,
    [property: JsonPropertyName("counts")] IReadOnlyDictionary<string, long> Counts,
    [property: JsonPropertyName("findings")] IReadOnlyList<MaintenanceFinding> Findings);
