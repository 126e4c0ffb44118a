using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>Starts each maintenance task on its schedule (an NCRONTAB expression in the app settings, read by the host).</summary>
internal sealed partial class MaintenanceTimers(MaintenanceStarts starts, ILogger<MaintenanceTimers> logger)
{
    private const string Schedules = "TenantSandbox:Maintenance:Schedules:";

    [Function("ReconcileTenantsTimer")]
    public Task ReconcileTenantsAsync(
        [TimerTrigger($"%{Schedules}{nameof(MaintenanceTask.ReconcileTenants)}%")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        StartAsync(client, MaintenanceTask.ReconcileTenants, timer, cancellationToken);

    [Function("ReconcileClustersTimer")]
    public Task ReconcileClustersAsync(
        [TimerTrigger($"%{Schedules}{nameof(MaintenanceTask.ReconcileClusters)}%")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        StartAsync(client, MaintenanceTask.ReconcileClusters, timer, cancellationToken);

    [Function("SweepOrphansTimer")]
    public Task SweepOrphansAsync(
        [TimerTrigger($"%{Schedules}{nameof(MaintenanceTask.SweepOrphans)}%")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        StartAsync(client, MaintenanceTask.SweepOrphans, timer, cancellationToken);

    [Function("ExpireTenantsTimer")]
    public Task ExpireTenantsAsync(
        [TimerTrigger($"%{Schedules}{nameof(MaintenanceTask.ExpireTenants)}%")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        StartAsync(client, MaintenanceTask.ExpireTenants, timer, cancellationToken);

    [Function("WatchdogTimer")]
    public Task WatchdogAsync(
        [TimerTrigger($"%{Schedules}{nameof(MaintenanceTask.Watchdog)}%")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        StartAsync(client, MaintenanceTask.Watchdog, timer, cancellationToken);

    [Function("PurgeHistoryTimer")]
    public Task PurgeHistoryAsync(
        [TimerTrigger($"%{Schedules}{nameof(MaintenanceTask.PurgeHistory)}%")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        StartAsync(client, MaintenanceTask.PurgeHistory, timer, cancellationToken);

    private async Task StartAsync(DurableTaskClient client, MaintenanceTask task, TimerInfo timer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(timer);
        if (!await starts.TryStartAsync(client, task, requestedBy: null, cancellationToken))
        {
            LogInProgress(task);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Task} is still in progress; this run of its timer starts nothing.")]
    private partial void LogInProgress(MaintenanceTask task);
}
