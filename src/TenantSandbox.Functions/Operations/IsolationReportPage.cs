using System.Globalization;
using System.Net;
using System.Text;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Core.Isolation.Verification;

namespace TenantSandbox.Functions.Operations;

/// <summary>A report as one page of HTML that prints well: without scripts, pictures or links, and with every text escaped.</summary>
internal static class IsolationReportPage
{
    private const string Style =
        """
        body{font:14px/1.45 system-ui,sans-serif;color:#1a1a1a;background:#fff;max-width:70rem;margin:2rem auto;padding:0 1rem}
        h1{font-size:1.5rem;margin:0 0 .5rem}h2{font-size:1.1rem;margin:1.5rem 0 .4rem}
        .verdict{border:2px solid;border-radius:4px;padding:.6rem 1rem;font-size:1.1rem;font-weight:600;margin:.5rem 0 1rem}
        .passed{color:#12602c}.failed{color:#a11212}.warning{color:#8a5a00}.notApplicable{color:#555}
        table{border-collapse:collapse;width:100%}th,td{border:1px solid #bbb;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
        th{background:#f2f2f2}td.v{font-weight:600;white-space:nowrap}dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:0}
        dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}code{font-size:.9em}
        @page{margin:15mm}@media print{body{margin:0;max-width:none;font-size:10pt}thead{display:table-header-group}tr{break-inside:avoid}h2{break-after:avoid}}
        """;

    /// <param name="report">The report.</param>
    /// <param name="fault">What is wrong with its signature or verdict; null for nothing.</param>
    public static string Render(SignedReport report, string? fault)
    {
        var content = report.Report;
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Isolation report {Text(content.Name.ToString())}</title>\n")
            .Append(CultureInfo.InvariantCulture, $"<style>{Style}</style>\n</head>\n<body>\n<h1>Isolation of tenant {Text(content.TenantId)}</h1>\n");
        AppendVerdict(page, content, fault);
        AppendFields(
            page,
            ("Tenant", $"{content.TenantId}, incarnation {Number(content.Incarnation)}"),
            ("Report", $"number {Number(content.Number)} of the incarnation"),
            ("Cluster", content.ClusterId),
            ("Cause", CauseText(content.Cause)),
            ("Started", Time(content.StartedAt)),
            ("Finished", Time(content.FinishedAt)),
            ("Operation", content.InstanceId),
            ("Spec (SHA-256)", content.SpecHash ?? "unknown"),
            ("App version", content.AppVersion));
        // Identifiers begin with the area, such as node.kernel.
        foreach (var area in content.Checks.GroupBy(c => c.Id.Split('.')[0]))
        {
            AppendArea(page, area.Key, [.. area]);
        }

        page.Append("<h2>Chain and signature</h2>\n");
        AppendFields(
            page,
            ("SHA-256 of this report", report.Hash),
            ("Previous report", content.Previous is { } previous
                ? $"incarnation {Number(previous.Incarnation)}, number {Number(previous.Number)}, SHA-256 {previous.Hash}"
                : "none: this is the tenant's first"),
            ("Signed with key", content.KeyId),
            ("Signature (ES256)", System.Buffers.Text.Base64Url.EncodeToString(report.Signature.Span)),
            ("Verified by the app", fault is null ? "the signature is that of the key" : "the verification failed, see above"));
        return page.Append("<p>This page is a view. The evidence is the JSON of this report, which anyone with the public key can verify without the app: "
            + "<code>tenantsandbox verify-report --key FILE REPORT…</code></p>\n</body>\n</html>\n").ToString();
    }

    private static void AppendVerdict(StringBuilder page, IsolationReport report, string? fault)
    {
        if (fault is not null)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"verdict failed\">Do not rely on this report. {Text(fault)}</p>\n");
        }

        var failed = report.Checks.Count(c => c.Verdict == CheckVerdict.Failed);
        var warnings = report.Checks.Count(c => c.Verdict == CheckVerdict.Warning);
        var text = report.Verdict == ReportVerdict.Passed ? "Passed: no check failed." : failed == 0 ? "Failed: nothing was checked." : "Failed: the boundary is not proven.";
        page.Append(CultureInfo.InvariantCulture,
            $"<p class=\"verdict {(report.Verdict == ReportVerdict.Passed ? "passed" : "failed")}\">{text} {report.Checks.Count} checks, {failed} failed, {warnings} warnings.</p>\n");
    }

    private static void AppendArea(StringBuilder page, string area, IsolationCheck[] checks)
    {
        page.Append(CultureInfo.InvariantCulture, $"<h2>Checks: {Text(area)}</h2>\n<table>\n")
            .Append("<thead><tr><th>Verdict</th><th>Check</th><th>Subject</th><th>Expected</th><th>Observed</th><th>Time (UTC)</th></tr></thead>\n<tbody>\n");
        // Those that need attention come first.
        foreach (var check in checks.OrderBy(c => c.Verdict switch { CheckVerdict.Failed => 0, CheckVerdict.Warning => 1, _ => 2 }))
        {
            var (css, verdict) = check.Verdict switch
            {
                CheckVerdict.Passed => ("passed", "passed"),
                CheckVerdict.Failed => ("failed", "failed"),
                CheckVerdict.Warning => ("warning", "warning"),
                _ => ("notApplicable", "not applicable"),
            };
            var reason = check.Reason is { } why ? $"<br><em>{Text(why)}</em>" : "";
            page.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"v {css}\">{verdict}</td><td>{Text(check.Id)}</td><td>{Text(check.Subject)}</td>")
                .Append(CultureInfo.InvariantCulture, $"<td>{Text(check.Expected)}</td><td>{Text(check.Observed)}{reason}</td><td>{Time(check.At)}</td></tr>\n");
        }

        page.Append("</tbody>\n</table>\n");
    }

    private static void AppendFields(StringBuilder page, params (string Name, string Value)[] fields)
    {
        page.Append("<dl>\n");
        foreach (var (name, value) in fields)
        {
            page.Append(CultureInfo.InvariantCulture, $"<dt>{Text(name)}</dt><dd>{Text(value)}</dd>\n");
        }

        page.Append("</dl>\n");
    }

    private static string CauseText(ReportCause cause) => cause switch
    {
        ReportCause.Onboarding => "onboarding",
        ReportCause.Update => "update",
        ReportCause.Resume => "resume",
        ReportCause.Timer => "regular verification",
        ReportCause.NodeImage => "a node image changed",
        _ => "on demand",
    };

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
