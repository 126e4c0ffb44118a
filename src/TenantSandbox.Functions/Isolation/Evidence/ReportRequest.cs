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
/// <param name="Checks">The checks, in order.</param>
internal sealed record ReportRequest(
    string TenantId,
    int Incarnation,
    string ClusterId,
    string InstanceId,
    ReportCause Cause,
    DateTimeOffset StartedAt,
    DateTimeOffset FinishedAt,
    string? SpecHash,
    IReadOnlyList<IsolationCheck> Checks);

/// <summary>A report that was written.</summary>
/// <param name="Link">Which one, with its hash.</param>
/// <param name="Verdict">Its verdict.</param>
/// <param name="Failed">How many of its checks failed.</param>
internal sealed record WrittenReport(ReportLink Link, ReportVerdict Verdict, int Failed)
{
    public static WrittenReport Of(SignedReport report) =>
        new(report.Link, report.Report.Verdict, report.Report.Checks.Count(c => c.Verdict == CheckVerdict.Failed));
}
