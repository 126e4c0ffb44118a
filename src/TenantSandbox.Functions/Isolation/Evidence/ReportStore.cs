using System.Runtime.CompilerServices;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Evidence;

namespace TenantSandbox.Functions.Isolation.Evidence;

/// <summary>
/// The tenants' isolation reports, outside the task hub: they survive its loss, and histories contain only references. Reports are never
/// overwritten, so of two writers that continue a chain at once one fails and the chain can't fork.
/// </summary>
internal sealed class ReportStore(IReportFiles files)
{
    /// <summary>The code of failures where a stored report is not what was signed.</summary>
    public const string Damaged = "ReportDamaged";

    /// <summary>Stores a report unless there is one with its name.</summary>
    /// <returns>False when there is one, which stays.</returns>
    /// <exception cref="SandboxException">The storage failed.</exception>
    public Task<bool> TryAddAsync(SignedReport report, CancellationToken cancellationToken) =>
        files.TryAddAsync(PathOf(report.Report.Name), report.Content.ToArray(), cancellationToken);

    /// <summary>Reads a report.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="InvalidException">Code <c>ReportDamaged</c>: what is stored is not that report.</exception>
    /// <exception cref="SandboxException">The storage failed.</exception>
    public async Task<SignedReport?> ReadAsync(ReportName name, CancellationToken cancellationToken)
    {
        if (await files.ReadAsync(PathOf(name), cancellationToken) is not { } content)
        {
            return null;
        }

        try
        {
            var report = SignedReport.Read(content);
            return report.Report.Name == name ? report : throw new FormatException($"It is report {report.Report.Name}.");
        }
        catch (FormatException e)
        {
            throw new InvalidException(
                Damaged, $"what {files.Place} has as report {name} is not that report. {e.Message} Restore it from a backup or an earlier version", e);
        }
    }

    /// <summary>The reports of a tenant, oldest first.</summary>
    /// <exception cref="SandboxException">The storage failed.</exception>
    public async Task<IReadOnlyList<StoredReport>> ListAsync(string tenantId, CancellationToken cancellationToken)
    {
        List<StoredReport> reports = [];
        await foreach (var file in files.ListAsync(RequireTenant(tenantId), cancellationToken))
        {
            if (ReportName.FromPath(file.Path) is { } name)
            {
                reports.Add(new StoredReport(name, file.SavedAt));
            }
        }

        return [.. reports.OrderBy(r => r.Name)];
    }

    /// <summary>The tenants that have reports.</summary>
    /// <exception cref="SandboxException">The storage failed.</exception>
    public async IAsyncEnumerable<string> ListTenantsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var folder in files.ListFoldersAsync(cancellationToken))
        {
            if (IsTenant(folder))
            {
                yield return folder;
            }
        }
    }

    /// <summary>Deletes a report that was stored before a time.</summary>
    /// <returns>False when it stays, or doesn't exist.</returns>
    /// <exception cref="SandboxException">The storage failed.</exception>
    public Task<bool> DeleteAsync(ReportName name, DateTimeOffset savedBefore, CancellationToken cancellationToken) =>
        files.DeleteAsync(PathOf(name), savedBefore, cancellationToken);

    /// <summary>Whether a text can be a tenant's id, and so a part of a path.</summary>
    public static bool IsTenant(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static string PathOf(ReportName name) => (name with { TenantId = RequireTenant(name.TenantId) }).Path;

    private static string RequireTenant(string tenantId) => IsTenant(tenantId)
        ? tenantId
        : throw new InvalidException("TenantIdInvalid", $"'{tenantId}' is not a tenant's id");
}

/// <summary>A stored report.</summary>
/// <param name="Name">Which one.</param>
/// <param name="SavedAt">When it was stored, by the storage's clock.</param>
internal sealed record StoredReport(ReportName Name, DateTimeOffset SavedAt);
