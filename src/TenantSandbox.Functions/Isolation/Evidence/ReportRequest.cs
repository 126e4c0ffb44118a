using System.Text.Json.Serialization;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Core.Isolation.Verification;

namespace TenantSandbox.Functions.Isolation.Evidence;

/// <summary>Asks for the report of a verification.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">Its incarnation.</param>
/// <param name="ClusterId">The cluster that it runs on.</param>
/// <param name="InstanceId">The orchestration that verified: it gets one report.</param>
/// <param name="Cause">Why it verified.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="FinishedAt">When the last check was made.</param>
/// <param name="SpecHash">The hash of the tenant's spec; null if it is unknown.</param>
/// <param name="Pages">Checks that were saved with <see cref="ReportStore.SaveChecksAsync"/>, in order; histories don't contain them.</param>
/// <param name="Checks">A few checks that come before those of the pages; null for none.</param>
/// <param name="Previous">
/// The tenant's newest report, as known before the verification started, which saves listing the reports; null if it is unknown.
/// </param>
public sealed record ReportRequest(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("instanceId")] string InstanceId,
    [property: JsonPropertyName("cause")] ReportCause Cause,
    [property: JsonPropertyName("startedAt")] DateTimeOffset StartedAt,
    [property: JsonPropertyName("finishedAt")] DateTimeOffset FinishedAt,
    [property: JsonPropertyName("specHash")] string? SpecHash,
    [property: JsonPropertyName("pages")] IReadOnlyList<CheckPage> Pages,
    [property: JsonPropertyName("checks"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<IsolationCheck>? Checks = null,
    [property: JsonPropertyName("previous"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ReportLink? Previous = null);

/// <summary>A report that was written.</summary>
/// <param name="Link">Which one, with its hash: the next request can name it as the previous one.</param>
/// <param name="Verdict">Its verdict.</param>
/// <param name="Failed">How many of its checks failed.</param>
/// <param name="Warnings">How many of its checks are warnings.</param>
public sealed record WrittenReport(
    [property: JsonPropertyName("link")] ReportLink Link,
    [property: JsonPropertyName("verdict")] ReportVerdict Verdict,
    [property: JsonPropertyName("failed")] int Failed,
    [property: JsonPropertyName("warnings")] int Warnings)
{
    internal static WrittenReport Of(SignedReport report) => new(
        report.Link,
        report.Report.Verdict,
        report.Report.Checks.Count(c => c.Verdict == CheckVerdict.Failed),
        report.Report.Checks.Count(c => c.Verdict == CheckVerdict.Warning));
}
