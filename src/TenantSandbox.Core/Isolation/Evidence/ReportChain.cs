using TenantSandbox.Core.Isolation.Verification;

namespace TenantSandbox.Core.Isolation.Evidence;

/// <summary>Verifies the reports of one tenant: each by itself, and that they follow each other without a gap.</summary>
public static class ReportChain
{
    /// <summary>Verifies reports in the order of their names, oldest first; ends at the first that is broken.</summary>
    /// <param name="reports">The reports. An order other than that of their names is a fault.</param>
    /// <param name="keys">The keys to trust.</param>
    /// <param name="expectation">What the chain must begin and end with.</param>
    public static ChainVerdict Verify(IReadOnlyList<ReportFile> reports, ReportKeySet keys, ChainExpectation expectation)
    {
        ArgumentNullException.ThrowIfNull(reports);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(expectation);
        List<SignedReport> verified = [];
        foreach (var file in reports)
        {
            var (report, fault) = ReadAndVerify(file, keys);
            fault ??= verified.Count == 0 ? FaultOfFirst(report!.Report, expectation) : FaultOfNext(verified[^1], report!);
            if (fault is not null)
            {
                return new ChainVerdict(verified, new ChainFault(file.Label, fault));
            }

            verified.Add(report!);
        }

        return new ChainVerdict(verified, FaultOfEnd(verified, expectation));
    }

    /// <summary>What is wrong with a report by itself: its signature, or a verdict that its checks contradict. Null for nothing.</summary>
    public static string? FaultOf(SignedReport report, ReportKeySet keys)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.Find(report.Report.KeyId) is not { } key)
        {
            return $"It names the key {report.Report.KeyId}, which is not among the given ones ({string.Join(", ", keys.Ids)}).";
        }

        if (!key.Verify(report.HashBytes.Span, report.Signature.Span))
        {
            return $"Its signature is not that of the key {key.Id}: it was signed with another key, or the report or the signature was changed.";
        }

        return report.Report.Verdict == IsolationReport.VerdictOf(report.Report.Checks)
            ? null
            : $"Its verdict contradicts its checks, of which {report.Report.Checks.Count(c => c.Verdict == CheckVerdict.Failed)} of {report.Report.Checks.Count} failed.";
    }

    private static (SignedReport? Report, string? Fault) ReadAndVerify(ReportFile file, ReportKeySet keys)
    {
        try
        {
            var report = SignedReport.Read(file.Content);
            return (report, FaultOf(report, keys));
        }
        catch (FormatException e)
        {
            return (null, e.Message);
        }
    }

    private static string? FaultOfFirst(IsolationReport first, ChainExpectation expectation) =>
        expectation.IsFromFirst && first.Previous is { } previous
            ? $"It follows report {NameOf(first.TenantId, previous)}, which is missing: the tenant's first report must begin the chain."
            : null;

    private static string? FaultOfNext(SignedReport before, SignedReport report)
    {
        var (last, next) = (before.Report.Name, report.Report.Name);
        if (next.TenantId != last.TenantId)
        {
            return $"It is a report of tenant {next.TenantId} in the chain of tenant {last.TenantId}.";
        }

        if (next == last)
        {
            return report.Hash == before.Hash ? $"Report {next} is there twice." : $"There are two different reports {next}: the chain was forked.";
        }

        if (next < last)
        {
            return $"Report {next} comes after {last}: the order is wrong.";
        }

        return report.Report.Previous switch
        {
            null => $"Report {next} says that it is the tenant's first, but {last} comes before it.",
            var previous when previous == before.Link => FaultOfNumber(last, next),
            var previous when NameOf(next.TenantId, previous) == last =>
                $"Report {next} follows a report {last} with the hash {previous.Hash}, but the one here has {before.Hash}: one of the two was replaced.",
            var previous => $"Report {next} follows {NameOf(next.TenantId, previous)}, not {last}: the reports between them are missing, or it belongs to another chain.",
        };
    }

    private static string? FaultOfNumber(ReportName last, ReportName next) =>
        next.Number == (next.Incarnation == last.Incarnation ? last.Number + 1 : 1)
            ? null
            : $"Report {next} follows {last}, but its number does not.";

    private static ChainFault? FaultOfEnd(List<SignedReport> verified, ChainExpectation expectation) =>
        expectation.LatestHash is { } latest && (verified.Count == 0 || verified[^1].Hash != latest)
            ? new ChainFault(
                verified.Count == 0 ? "(none)" : verified[^1].Report.Name.ToString(),
                $"The newest report must have the hash {latest}: reports at the end are missing, or the chain is another one.")
            : null;

    private static ReportName NameOf(string tenantId, ReportLink link) => new(tenantId, link.Incarnation, link.Number);
}

/// <summary>A report to verify.</summary>
/// <param name="Label">What messages call it, such as a file's path.</param>
/// <param name="Content">Its bytes, as they were stored.</param>
public sealed record ReportFile(string Label, ReadOnlyMemory<byte> Content);

/// <summary>What reports alone can't show: that none is missing before the first or after the last.</summary>
/// <param name="IsFromFirst">The chain must begin with the tenant's first report; else it may begin with any, as older ones may have been deleted.</param>
/// <param name="LatestHash">The hash that the newest report must have, known from elsewhere; null to accept any.</param>
public sealed record ChainExpectation(bool IsFromFirst = false, string? LatestHash = null);

/// <summary>The outcome of a verification.</summary>
/// <param name="Verified">The reports before the first broken one; all if there is none.</param>
/// <param name="Fault">The first broken report; null if there is none.</param>
public sealed record ChainVerdict(IReadOnlyList<SignedReport> Verified, ChainFault? Fault);

/// <summary>What is wrong with a chain.</summary>
/// <param name="Label">The report, as in <see cref="ReportFile.Label"/>.</param>
/// <param name="Message">What is wrong with it.</param>
public sealed record ChainFault(string Label, string Message);
