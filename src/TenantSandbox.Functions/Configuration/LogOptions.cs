using System.ComponentModel.DataAnnotations;

namespace TenantSandbox.Functions.Configuration;

/// <summary>Bounds of the logs that are read over HTTP, section <c>TenantSandbox:Logs</c>.</summary>
internal sealed class LogOptions
{
    public const string Section = "TenantSandbox:Logs";

    /// <summary>How long one answer goes on; must be below <c>functionTimeout</c> in host.json, or the host ends it without notice.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The most bytes of one answer.</summary>
    [Range(64 * 1024, 1024 * 1024 * 1024)]
    public int MaxBytes { get; set; } = 10 * 1024 * 1024;
}
