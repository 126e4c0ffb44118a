using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>
/// Deletes finished orchestrations that are older than the retention period, reduces the state of tenants offboarded before it, and
/// deletes the specs that no tenant uses any more.
/// </summary>
public static class PurgeHistoryOrchestration
{
    [Function(nameof(PurgeHistoryOrchestration))]
    public static Task<MaintenanceReport> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, MaintenanceInput input) =>
        MaintenanceRun.RunAsync(context, input, async (running, progress) =>
        {
            if (input.Continuation is null)
            {
                progress.BeginStep("delete finished orchestrations");
                string? continuation = null;
                do
                {
                    var purged = await context.CallActivityAsync<PageResult>(
                        ActivityNames.PurgeInstances, new PageRequest(continuation, input.Settings, context.Now()), RetryPolicies.Activity);
                    running.Add(purged);
                    continuation = purged.Continuation;
                }
                while (continuation is not null);
            }

            var rest = await TenantScans.ScanAsync(context, input, ActivityNames.TrimTenantPage, running, progress);
            if (rest is null && input.Settings.SpecRetention is not null)
            {
                progress.BeginStep("delete unused specs");
                await DeleteSpecsAsync(context, input, running);
            }

            return rest;
        });

    private static async Task DeleteSpecsAsync(TaskOrchestrationContext context, MaintenanceInput input, RunningReport running)
    {
        string? continuation = null;
        do
        {
            var deleted = await context.CallActivityAsync<PageResult>(
                ActivityNames.DeleteUnusedSpecs, new PageRequest(continuation, input.Settings, context.Now()), RetryPolicies.Activity);
            running.Add(deleted);
            continuation = deleted.Continuation;
        }
        while (continuation is not null);
    }
}
