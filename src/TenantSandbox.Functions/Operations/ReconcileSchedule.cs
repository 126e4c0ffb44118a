using Microsoft.Extensions.Configuration;
using NCrontab;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Operations;

/// <summary>When the reconcile of tenants runs next, by its schedule (which the Functions host reads).</summary>
internal sealed class ReconcileSchedule(IConfiguration configuration, TimeProvider time)
{
    private const string Setting = $"{MaintenanceOptions.Section}:Schedules:ReconcileTenants";

    /// <summary>The first run from now on.</summary>
    /// <param name="notBefore">A run before this does nothing about the tenant; null when every run does.</param>
    /// <returns>In UTC; null when the schedule is missing, or is an interval, which counts from the start of the host.</returns>
    public DateTimeOffset? Next(DateTimeOffset? notBefore)
    {
        var from = notBefore is { } earliest && earliest > time.GetUtcNow() ? earliest : time.GetUtcNow();
        // NCRONTAB has five fields, or six that begin with seconds.
        var schedule = configuration[Setting] ?? "";
        var hasSeconds = schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 6;
        // A run at the earliest time counts, and only occurrences after a time can be asked for.
        return CrontabSchedule.TryParse(schedule, new CrontabSchedule.ParseOptions { IncludingSeconds = hasSeconds }) is { } parsed
            ? new DateTimeOffset(parsed.GetNextOccurrence(from.UtcDateTime.AddTicks(-1)), TimeSpan.Zero)
            : null;
    }
}
