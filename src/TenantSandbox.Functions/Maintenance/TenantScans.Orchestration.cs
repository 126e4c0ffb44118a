using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>The maintenance tasks that go through all tenants page by page.</summary>
internal static class TenantScans
{
    /// <summary>Pages in one history.</summary>
    private const int MaxPages = 50;

    [Function("ReconcileTenantsOrchestration")]
    public static Task<MaintenanceReport> ReconcileAsync([OrchestrationTrigger] TaskOrchestrationContext context, MaintenanceInput input) =>
        RunAsync(context, input, ActivityNames.ReconcileTenantPage);

    [Function("ExpireTenantsOrchestration")]
    public static Task<MaintenanceReport> ExpireAsync([OrchestrationTrigger] TaskOrchestrationContext context, MaintenanceInput input) =>
        RunAsync(context, input, ActivityNames.ExpireTenantPage);

    [Function("WatchdogOrchestration")]
    public static Task<MaintenanceReport> WatchAsync([OrchestrationTrigger] TaskOrchestrationContext context, MaintenanceInput input) =>
        RunAsync(context, input, ActivityNames.SettleTenantPage);

    /// <summary>Calls an activity for each page of tenants.</summary>
    /// <returns>Where to continue when the history is long enough; null at the end.</returns>
    public static async Task<string?> ScanAsync(
        TaskOrchestrationContext context, MaintenanceInput input, string activity, RunningReport running, OperationProgress progress)
    {
        progress.BeginStep("examine the tenants");
        var continuation = input.Continuation;
        for (var page = 0; page < MaxPages; page++)
        {
            if (page > 0)
            {
                await context.WaitUntilAsync(context.Now() + input.Settings.PageDelay);
            }

            var result = await context.CallActivityAsync<PageResult>(
                activity, new PageRequest(continuation, input.Settings, context.Now()), RetryPolicies.Activity);
            running.Add(result);
            continuation = result.Continuation;
            if (continuation is null)
            {
                return null;
            }
        }

        return continuation;
    }

    private static Task<MaintenanceReport> RunAsync(TaskOrchestrationContext context, MaintenanceInput input, string activity) =>
        MaintenanceRun.RunAsync(context, input, (running, progress) => ScanAsync(context, input, activity, running, progress));
}
