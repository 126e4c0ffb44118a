using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>
/// Deletes finished orchestrations that are older than the retention period, reduces the state of tenants offboarded before it, and
/// deletes the specs that no tenant uses any more, and isolation reports that are older than theirs.
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
                await RunPagesAsync(context, input, ActivityNames.PurgeInstances, running);
            }

            var rest = await TenantScans.ScanAsync(context, input, ActivityNames.TrimTenantPage, running, progress);
            if (rest is null && input.Settings.SpecRetention is not null)
            {
                progress.BeginStep("delete unused specs");
                await RunPagesAsync(context, input, ActivityNames.DeleteUnusedSpecs, running);
            }

            if (rest is null && input.Settings.ReportRetention is not null)
            {
                progress.BeginStep("delete old isolation reports");
                await RunPagesAsync(context, input, ActivityNames.DeleteOldReports, running);
            }

            return rest;
        });

    private static async Task RunPagesAsync(TaskOrchestrationContext context, MaintenanceInput input, string activity, RunningReport running)
    {
        string? continuation = null;
        do
        {
            var page = await context.CallActivityAsync<PageResult>(
                activity, new PageRequest(continuation, input.Settings, context.Now()), RetryPolicies.Activity);
            running.Add(page);
            continuation = page.Continuation;
        }
        while (continuation is not null);
    }
}
