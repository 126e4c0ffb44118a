using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Core.Isolation.Verification;

namespace TenantSandbox.Functions.Isolation.Evidence;

/// <summary>
/// The tenants' isolation reports, outside the task hub: they survive its loss, and histories contain only references. Reports are never
/// overwritten, so of two writers that continue a chain at once one fails and the chain can't fork.
/// </summary>
internal sealed class ReportStore(IReportFiles files)
{
    /// <summary>The code of failures where a stored report is not what was signed.</summary>
    public const string Damaged = "ReportDamaged";

    /// <summary>The folder of checks that are not in a report yet. No tenant's id has such a name.</summary>
    private const string ChecksFolder = "_checks";

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

    /// <summary>Stores checks for a report that is written later, so that histories need not contain them. Doing so again changes nothing.</summary>
    /// <exception cref="SandboxException">The storage failed.</exception>
    public async Task<CheckPage> SaveChecksAsync(IReadOnlyList<IsolationCheck> checks, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(checks);
        var hash = Convert.ToHexStringLower(SHA256.HashData(json));
        await files.TryAddAsync($"{ChecksFolder}/{hash}", json, cancellationToken);
        return new CheckPage(hash, checks.Count, checks.Count(c => c.Verdict == CheckVerdict.Failed));
    }

    /// <summary>Reads checks that were saved.</summary>
    /// <exception cref="InvalidException">Code <c>ChecksUnknown</c>: they are not stored, or were changed.</exception>
    /// <exception cref="SandboxException">The storage failed.</exception>
    public async Task<IReadOnlyList<IsolationCheck>> ReadChecksAsync(CheckPage page, CancellationToken cancellationToken)
    {
        var json = await files.ReadAsync($"{ChecksFolder}/{RequireHash(page.Hash)}", cancellationToken);
        return json is not null && Convert.ToHexStringLower(SHA256.HashData(json)) == page.Hash
            ? JsonSerializer.Deserialize<IReadOnlyList<IsolationCheck>>(json)!
            : throw new InvalidException(
                "ChecksUnknown", $"checks {page.Hash} are not in {files.Place}, or were changed. Verify the tenant again");
    }

    /// <summary>Deletes checks that were saved before a time: their reports are written, or their verifications are lost.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="SandboxException">The storage failed.</exception>
    public async Task<int> DeleteChecksAsync(DateTimeOffset savedBefore, int most, CancellationToken cancellationToken)
    {
        var deleted = 0;
        await foreach (var file in files.ListAsync(ChecksFolder, cancellationToken))
        {
            if (deleted == most)
            {
                break;
            }

            deleted += file.SavedAt < savedBefore && await files.DeleteAsync(file.Path, savedBefore, cancellationToken) ? 1 : 0;
        }

        return deleted;
    }

    /// <summary>Whether a text can be a tenant's id, and so a part of a path.</summary>
    public static bool IsTenant(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static string PathOf(ReportName name) => (name with { TenantId = RequireTenant(name.TenantId) }).Path;

    private static string RequireTenant(string tenantId) => IsTenant(tenantId)
        ? tenantId
        : throw new InvalidException("TenantIdInvalid", $"'{tenantId}' is not a tenant's id");

    private static string RequireHash(string hash) => Core.Requests.SpecJson.IsHash(hash)
        ? hash
        : throw new InvalidException("ChecksUnknown", $"'{hash}' is not the hash of saved checks");
}

/// <summary>A stored report.</summary>
/// <param name="Name">Which one.</param>
/// <param name="SavedAt">When it was stored, by the storage's clock.</param>
internal sealed record StoredReport(ReportName Name, DateTimeOffset SavedAt);

/// <summary>A reference to saved checks.</summary>
/// <param name="Hash">Lower-case hexadecimal SHA-256 of their JSON.</param>
/// <param name="Count">How many they are.</param>
/// <param name="Failed">How many of them failed.</param>
public sealed record CheckPage(
    [property: JsonPropertyName("hash")] string Hash,
    [property: JsonPropertyName("count")] int Count,
    [property: JsonPropertyName("failed")] int Failed);
