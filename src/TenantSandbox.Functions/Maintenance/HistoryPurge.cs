using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>Deletes finished orchestrations from the task hub.</summary>
internal static class HistoryPurge
{
    // Well below the host's function timeout.
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    private static readonly OrchestrationRuntimeStatus[] Finished =
        [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];

    /// <summary>Deletes the orchestrations that were created before the retention period and have finished.</summary>
    /// <returns>With a continuation while there are more.</returns>
    [Function(ActivityNames.PurgeInstances)]
    public static async Task<PageResult> PurgeAsync(
        [ActivityTrigger] PageRequest page, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        var filter = new PurgeInstancesFilter(CreatedTo: page.Now - page.Settings.HistoryRetention, Statuses: Finished) { Timeout = Timeout };
        var result = await client.PurgeAllInstancesAsync(filter, cancellationToken);
        return PageResult.Of(result.IsComplete == false ? "more" : null, [("orchestrationsDeleted", result.PurgedInstanceCount)], []);
    }
}
