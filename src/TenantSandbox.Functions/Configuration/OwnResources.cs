using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace TenantSandbox.Functions.Configuration;

/// <summary>
/// The vaults and identities of the app itself, as far as its settings name them. Key Vault references that the platform has resolved are
/// no longer in the settings: App Service keeps them in <c>WEBSITE_KEYVAULT_REFERENCES</c>, and others belong into the setting.
/// </summary>
internal static partial class OwnResources
{
    // What tenants are given is not the app's own.
    private static readonly string[] TenantSections =
        [$"{TenantSandboxOptions.Section}:Secrets:Rules", $"{TenantSandboxOptions.Section}:Identity:Rules"];

    /// <summary>The vaults that any setting mentions, by address or in a Key Vault reference, and those that are listed.</summary>
    public static IReadOnlyList<string> Vaults(TenantSandboxOptions options, IConfiguration configuration)
    {
        var suffixes = options.Secrets.Suffixes;
        var vaults = new SortedSet<string>(options.Secrets.OwnVaults.Select(v => v.TrimEnd('/').ToLowerInvariant()), StringComparer.Ordinal);
        foreach (var value in Values(configuration))
        {
            foreach (var host in VaultAddress().Matches(value).Select(m => m.Groups["host"].Value.ToLowerInvariant()))
            {
                if (suffixes.Any(s => host.EndsWith($".{s}", StringComparison.OrdinalIgnoreCase)))
                {
                    vaults.Add($"https://{host}");
                }
            }

            foreach (var name in VaultName().Matches(value).Select(m => m.Groups["name"].Value.ToLowerInvariant()))
            {
                vaults.UnionWith(suffixes.Select(s => $"https://{name}.{s}"));
            }
        }

        // The names of Functions host's own settings for its keys.
        if (configuration["AzureWebJobsSecretStorageKeyVaultName"] is { Length: > 0 } hostVault)
        {
            vaults.UnionWith(suffixes.Select(s => $"https://{hostVault.ToLowerInvariant()}.{s}"));
        }

        return [.. vaults];
    }

    /// <summary>The identities that the app signs in as, and those that are listed.</summary>
    public static IReadOnlyList<string> ClientIds(TenantSandboxOptions options, IConfiguration configuration)
    {
        var named = configuration.AsEnumerable()
            .Where(s => s.Key.EndsWith("clientId", StringComparison.OrdinalIgnoreCase) || s.Key.Equals("AZURE_CLIENT_ID", StringComparison.OrdinalIgnoreCase))
            .Where(s => !IsOfTenants(s.Key))
            .Select(s => s.Value);
        return
        [
            .. named.Concat(options.Identity.OwnClientIds).OfType<string>().Where(v => Guid.TryParse(v, out _))
                .Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase),
        ];
    }

    private static IEnumerable<string> Values(IConfiguration configuration) =>
        configuration.AsEnumerable().Where(s => s.Value is { Length: > 0 } && !IsOfTenants(s.Key)).Select(s => s.Value!);

    private static bool IsOfTenants(string key) => TenantSections.Any(s => key.StartsWith(s, StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex(@"https://(?<host>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex VaultAddress();

    [GeneratedRegex(@"\bVaultName=(?<name>[A-Za-z0-9-]+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex VaultName();
}
