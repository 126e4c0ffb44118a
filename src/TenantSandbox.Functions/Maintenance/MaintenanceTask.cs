using System.Text.Json;
using System.Text.Json.Serialization;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>A maintenance task. At most one run of each is in progress at a time.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MaintenanceTask>))]
public enum MaintenanceTask
{
    /// <summary>Compares each tenant's desired with its observed state and repairs or reports the difference.</summary>
    [JsonStringEnumMemberName("reconcile-tenants")] ReconcileTenants,

    /// <summary>Compares each cluster's ledger with the agent pools that ARM lists.</summary>
    [JsonStringEnumMemberName("reconcile-clusters")] ReconcileClusters,

    /// <summary>Finds agent pools and namespaces that no tenant owns.</summary>
    [JsonStringEnumMemberName("sweep-orphans")] SweepOrphans,

    /// <summary>Expires tenants whose own delayed signal was lost.</summary>
    [JsonStringEnumMemberName("expire-tenants")] ExpireTenants,

    /// <summary>Settles operations that are past their deadline or whose orchestration is gone.</summary>
    [JsonStringEnumMemberName("watchdog")] Watchdog,

    /// <summary>Deletes finished orchestrations and the details of offboarded tenants.</summary>
    [JsonStringEnumMemberName("purge-history")] PurgeHistory,

    /// <summary>Restores ledgers and tenants from what exists in Azure after the task hub was lost. Never runs by itself.</summary>
    [JsonStringEnumMemberName("rebuild")] Rebuild,
}

/// <summary>Names of maintenance tasks.</summary>
internal static class MaintenanceTasks
{
    public static IReadOnlyList<MaintenanceTask> All { get; } = Enum.GetValues<MaintenanceTask>();

    /// <summary>The name in URLs, reports and instance ids.</summary>
    public static string ToWireName(this MaintenanceTask task) => JsonSerializer.SerializeToElement(task).GetString()!;

    /// <summary>The instance id of the task's orchestration. It is fixed, so that only one run can be in progress.</summary>
    public static string ToInstanceId(this MaintenanceTask task) => $"maintenance-{task.ToWireName()}";

    public static bool TryParse(string? name, out MaintenanceTask task)
    {
        foreach (var candidate in All)
        {
            if (candidate.ToWireName() == name)
            {
                task = candidate;
                return true;
            }
        }

        task = default;
        return false;
    }
}
