using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace TenantSandbox.Functions.Configuration;

/// <summary>Where isolation reports are stored, what signs them and how long they are kept, section <c>TenantSandbox:Reports</c>.</summary>
internal sealed class ReportOptions
{
    public const string Section = "TenantSandbox:Reports";

    /// <summary>
    /// Absolute path of a folder. Null to use a folder below that of the specs, if those are in one, or else the blob container of the host's
    /// own storage account.
    /// </summary>
    public string? Directory { get; set; }

    /// <summary>The Key Vault key that signs, like <c>https://contoso.vault.azure.net/keys/isolation-reports</c>; its current version is used.</summary>
    public string? Key { get; set; }

    /// <summary>
    /// Absolute path of the folder with a key that signs, for installations without Key Vault; the key is created on first use. Null to use
    /// Key Vault, or a folder beside the reports, if those are in one.
    /// </summary>
    public string? KeyDirectory { get; set; }

    /// <summary>How long a report is kept at least. The newest of a tenant that isn't offboarded is always kept.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "36500.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(400);
}

/// <summary>Where reports are and what signs them, from the settings of reports and specs.</summary>
/// <param name="Directory">The folder of reports; null for the blob container.</param>
/// <param name="VaultKey">The key in Key Vault; null for a file.</param>
/// <param name="KeyDirectory">The folder of the key; null for Key Vault.</param>
internal sealed record ReportPlaces(string? Directory, Uri? VaultKey, string? KeyDirectory)
{
    public static ReportPlaces Of(ReportOptions reports, SpecOptions specs)
    {
        var directory = reports.Directory ?? (specs.Directory is { } beside ? Path.Combine(beside, "isolation-reports") : null);
        return new(
            directory,
            reports.Key is { } key ? new Uri(key) : null,
            reports.Key is not null ? null : reports.KeyDirectory ?? (directory is null ? null : Path.Combine(directory, "_keys")));
    }
}

/// <summary>Refuses a start without a place for reports or without a key: nothing could be verified.</summary>
/// <param name="configuration">All settings.</param>
internal sealed partial class ReportOptionsValidator(IConfiguration configuration) : IValidateOptions<ReportOptions>
{
    public ValidateOptionsResult Validate(string? name, ReportOptions options)
    {
        string[] faults = [.. Faults(options)];
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults.Select(f => $"TenantSandbox__Reports__{f}"));
    }

    private IEnumerable<string> Faults(ReportOptions options)
    {
        foreach (var (setting, path) in ((string, string?)[])[("Directory", options.Directory), ("KeyDirectory", options.KeyDirectory)])
        {
            if (path is not null && !Path.IsPathFullyQualified(path))
            {
                yield return $"{setting}: '{path}' must be an absolute path.";
            }
        }

        if (options is { Key: not null, KeyDirectory: not null })
        {
            yield return "KeyDirectory: must not be set beside Key: one key signs.";
        }

        if (options.Key is { } key && !KeyAddress().IsMatch(key))
        {
            yield return $"Key: '{key}' must be a key in Key Vault without version, such as https://contoso.vault.azure.net/keys/isolation-reports.";
        }

        var isInFolder = options.Directory is not null || configuration[$"{SpecOptions.Section}:Directory"] is not null;
        if (!isInFolder && HostStorage.Find(configuration, HostStorage.Blobs) is null)
        {
            yield return $"Directory: must be set, because {HostStorage.Name} names no storage account for the container of reports.";
        }

        if (!isInFolder && options is { Key: null, KeyDirectory: null })
        {
            yield return "Key: must be set to the Key Vault key that signs isolation reports (or KeyDirectory to a folder with a key, on a single machine).";
        }
    }

    [GeneratedRegex(@"^https://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+/keys/[A-Za-z0-9-]{1,127}$", RegexOptions.CultureInvariant)]
    private static partial Regex KeyAddress();
}
