using System.Text.Json.Serialization;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>The result of one run of a maintenance task; below 16 KB.</summary>
/// <param name="Task">The task.</param>
/// <param name="StartedAt">When the run started.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Counts">Numbers by name, sorted: what was examined, found and done.</param>
/// <param name="Findings">The first findings, at most <see cref="MaxFindings"/>.</param>
/// <param name="OmittedFindings">Number of findings that are left out.</param>
/// <param name="Error">Why the run stopped early; null when it examined everything.</param>
/// <param name="RequestedBy">The person or system that asked for the run; null when its timer did.</param>
public sealed record MaintenanceReport(
    [property: JsonPropertyName("task")] MaintenanceTask Task,
    [property: JsonPropertyName("startedAt")] DateTimeOffset StartedAt,
    [property: JsonPropertyName("endedAt")] DateTimeOffset? EndedAt,
    [property: JsonPropertyName("counts")] IReadOnlyDictionary<string, long> Counts,
    [property: JsonPropertyName("findings")] IReadOnlyList<MaintenanceFinding> Findings,
    [property: JsonPropertyName("omittedFindings")] int OmittedFindings,
    [property: JsonPropertyName("error")] TenantError? Error,
    [property: JsonPropertyName("requestedBy")] string? RequestedBy)
{
    public const int MaxFindings = 30;

    private static readonly SortedDictionary<string, long> NoCounts = [];

    /// <summary>The report of a run that has examined nothing yet.</summary>
    public static MaintenanceReport Start(MaintenanceTask task, DateTimeOffset now, string? requestedBy) =>
        new(task, now, null, NoCounts, [], 0, null, requestedBy);

    /// <summary>The report with the results of one more page.</summary>
    public MaintenanceReport Add(PageResult page)
    {
        ArgumentNullException.ThrowIfNull(page);
        var sum = new SortedDictionary<string, long>(Counts.ToDictionary(), StringComparer.Ordinal);
        foreach (var (name, count) in page.Counts)
        {
            sum[name] = sum.GetValueOrDefault(name) + count;
        }

        var kept = page.Findings.Take(MaxFindings - Findings.Count).ToArray();
        return this with
        {
            Counts = sum,
            Findings = [.. Findings, .. kept],
            OmittedFindings = OmittedFindings + page.Findings.Count - kept.Length + page.OmittedFindings,
        };
    }
}

/// <summary>One thing that a maintenance task found.</summary>
/// <param name="Kind">What it is, for example <c>orphanPool</c>.</param>
/// <param name="Subject">What it is about: a tenant id, <c>cluster/pool</c> or <c>cluster/namespace</c>.</param>
/// <param name="Detail">What was observed; cut to <see cref="MaxDetailLength"/> characters.</param>
/// <param name="Action">What was done about it, or what a person should do.</param>
public sealed record MaintenanceFinding(
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("subject")] string Subject,
    [property: JsonPropertyName("detail")] string Detail,
    [property: JsonPropertyName("action")] string Action)
{
    public const int MaxDetailLength = 250;

    /// <summary>Creates a finding with the detail cut to <see cref="MaxDetailLength"/>.</summary>
    public static MaintenanceFinding Create(string kind, string subject, string detail, string action)
    {
        ArgumentNullException.ThrowIfNull(detail);
        return new(kind, subject, detail.Length <= MaxDetailLength ? detail : $"{detail[..(MaxDetailLength - 1)]}…", action);
    }
}
