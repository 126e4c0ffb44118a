using System.Globalization;
using TenantSandbox.Core.Isolation.Evidence;

namespace TenantSandbox.Cli.Evidence;

/// <summary>Says what was verified of a tenant's reports.</summary>
internal static class ChainSummary
{
    public static IEnumerable<string> Lines(string tenantId, ChainVerdict verdict)
    {
        var reports = verdict.Verified;
        if (reports.Count == 0)
        {
            yield return $"{tenantId}: no report is genuine.";
            yield break;
        }

        var (first, last) = (reports[0].Report, reports[^1]);
        var range = reports.Count == 1 ? $"{first.Name}" : $"{first.Name} to {last.Report.Name}";
        yield return string.Create(CultureInfo.InvariantCulture, $"{tenantId}: {reports.Count} genuine, {range}{(verdict.Fault is null ? "" : ", then one that is not")}.");
        if (first.Previous is { } previous)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{tenantId}: report {tenantId}/{previous.Incarnation}/{previous.Number} and those before it are not here (--from-first demands them).");
        }

        var failed = reports.Where(r => r.Report.Verdict == ReportVerdict.Failed).Select(r => r.Report.Name).ToArray();
        yield return string.Create(CultureInfo.InvariantCulture,
            $"{tenantId}: isolation passed in {reports.Count - failed.Length} of them{(failed.Length == 0 ? "" : $", failed in {string.Join(", ", failed)}")}.");
        yield return string.Create(CultureInfo.InvariantCulture, $"{tenantId}: newest of {last.Report.FinishedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, SHA-256 {last.Hash}");
    }
}
