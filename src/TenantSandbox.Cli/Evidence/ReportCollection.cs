using TenantSandbox.Core.Isolation.Evidence;

namespace TenantSandbox.Cli.Evidence;

/// <summary>Reports by tenant, oldest first: the order of files says nothing.</summary>
/// <param name="Chains">One for each tenant.</param>
/// <param name="Faults">Files that are no reports.</param>
internal sealed record ReportCollection(IReadOnlyList<TenantReports> Chains, IReadOnlyList<ChainFault> Faults)
{
    public static ReportCollection Of(IEnumerable<ReportFile> files)
    {
        List<ChainFault> faults = [];
        List<(ReportName Name, ReportFile File)> reports = [];
        foreach (var file in files)
        {
            try
            {
                reports.Add((SignedReport.Read(file.Content).Report.Name, file));
            }
            catch (FormatException e)
            {
                faults.Add(new ChainFault(file.Label, e.Message));
            }
        }

        return new ReportCollection(
            [
                .. reports.GroupBy(r => r.Name.TenantId, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
                    .Select(g => new TenantReports(g.Key, [.. g.OrderBy(r => r.Name).Select(r => r.File)])),
            ],
            faults);
    }
}

/// <summary>The reports of one tenant.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Reports">Its reports, oldest first.</param>
internal sealed record TenantReports(string TenantId, IReadOnlyList<ReportFile> Reports);
