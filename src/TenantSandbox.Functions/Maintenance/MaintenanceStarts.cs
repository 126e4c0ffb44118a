using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>Starts maintenance tasks.</summary>
internal sealed class MaintenanceStarts(IOptions<MaintenanceOptions> options, IOptions<ReportOptions> reports)
{
    /// <summary>Statuses in which a run is in progress, so that none is started beside it.</summary>
    internal static readonly OrchestrationRuntimeStatus[] InProgress =
        [OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended];

    /// <summary>Starts a run unless one is in progress.</summary>
    /// <returns>False when one is in progress.</returns>
    public async Task<bool> TryStartAsync(DurableTaskClient client, MaintenanceTask task, string? requestedBy, CancellationToken cancellationToken)
    {
        var settings = options.Value;
        var input = new MaintenanceInput(
            task,
            new MaintenanceSettings(
                settings.TenantsPerPage, settings.PageDelay, settings.OrphanGracePeriod, settings.DeleteOrphans,
                settings.HistoryRetention, settings.OperationTimeout,
                settings.HistoryRetention > SpecCleanup.MinRetention ? settings.HistoryRetention : SpecCleanup.MinRetention,
                ChecksBaselines: true,
                ReportRetention: reports.Value.Retention),
            requestedBy);
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(
                $"{task}Orchestration", input, new StartOrchestrationOptions(task.ToInstanceId()).WithDedupeStatuses(InProgress), cancellationToken);
            return true;
        }
        catch (OrchestrationAlreadyExistsException)
        {
            return false;
        }
    }
}
