using System.ComponentModel.DataAnnotations;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Configuration;

/// <summary>
/// Settings of the maintenance tasks, section <c>TenantSandbox:Maintenance</c>. Their schedules, in the same section under
/// <c>Schedules</c>, are read by the Functions host.
/// </summary>
internal sealed class MaintenanceOptions
{
    public const string Section = "TenantSandbox:Maintenance";

    /// <summary>Tenants that one activity handles. One Kubernetes list names them all in its label selector.</summary>
    [Range(1, 200)]
    public int TenantsPerPage { get; set; } = 100;

    /// <summary>The pause between two pages, which bounds the rate of calls.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan PageDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a resource must be seen without an owner before it counts as an orphan.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan OrphanGracePeriod { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Deletes orphans instead of only reporting them.</summary>
    public bool DeleteOrphans { get; set; }

    /// <summary>How long finished orchestrations and the details of offboarded tenants are kept.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan HistoryRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long before a tenant's expiry the event <c>expiring</c> is published, in whole seconds; zero for no event.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan ExpiryNotice { get; set; } = TimeSpan.FromSeconds(TenantExpiry.DefaultNoticeSeconds);

    /// <summary>How long an operation may run before the watchdog ends it; longer than all of its steps' time-outs together.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan OperationTimeout { get; set; } = TimeSpan.FromHours(4);
}
