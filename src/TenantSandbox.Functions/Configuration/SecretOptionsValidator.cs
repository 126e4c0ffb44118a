using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Requests.Secrets;

namespace TenantSandbox.Functions.Configuration;

/// <summary>Validates the assignments of secrets and identities: among others, that none of them opens what is the app's own.</summary>
/// <param name="configuration">All settings.</param>
internal sealed partial class SecretOptionsValidator(IConfiguration configuration) : IValidateOptions<TenantSandboxOptions>
{
    public ValidateOptionsResult Validate(string? name, TenantSandboxOptions options)
    {
        string[] faults = [.. Secrets(options), .. Endpoint(options), .. Identities(options)];
        return faults.Length == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(faults.Select(f => $"{TenantSandboxOptions.Section}__{f}"));
    }

    private IEnumerable<string> Secrets(TenantSandboxOptions options)
    {
        var secrets = options.Secrets;
        for (var i = 0; i < secrets.HostSuffixes.Count; i++)
        {
            if (!Domain().IsMatch(secrets.HostSuffixes[i]))
            {
                yield return $"Secrets__HostSuffixes__{i}: '{secrets.HostSuffixes[i]}' must be a domain of vaults, such as vault.azure.net.";
            }
        }

        for (var i = 0; i < secrets.OwnVaults.Count; i++)
        {
            if (!SecretUri.TryParse($"{secrets.OwnVaults[i].TrimEnd('/')}/secrets/a", out _))
            {
                yield return $"Secrets__OwnVaults__{i}: '{secrets.OwnVaults[i]}' must be the address of a vault, such as https://contoso.vault.azure.net.";
            }
        }

        var own = OwnResources.Vaults(options, configuration);
        foreach (var (i, rule) in secrets.ToRules().Index())
        {
            foreach (var fault in rule.Faults(secrets.Suffixes))
            {
                yield return $"Secrets__Rules__{i}__{fault}";
            }

            if (own.FirstOrDefault(rule.MayNameVault) is { } vault)
            {
                yield return $"Secrets__Rules__{i}__Vault: '{rule.Vault}' opens {vault}, which holds secrets of the app itself. "
                    + "Keep tenants' secrets in other vaults.";
            }
        }
    }

    private static IEnumerable<string> Endpoint(TenantSandboxOptions options)
    {
        var secrets = options.Secrets;
        if (secrets.Endpoint is { } endpoint && endpoint is not { IsAbsoluteUri: true, Scheme: "https", IsLoopback: true })
        {
            yield return $"Secrets__Endpoint: '{endpoint}' must be an https address of this machine: it is for a twin.";
        }

        if (secrets.CaFile is { } file && !File.Exists(file))
        {
            yield return $"Secrets__CaFile: file {file} does not exist.";
        }

        if (secrets.CaFile is not null && secrets.Endpoint is null)
        {
            yield return "Secrets__CaFile: is used with Secrets__Endpoint only, for a twin.";
        }

        if (options.Authentication.Mode == AuthenticationMode.Static && secrets.Rules.Count > 0 && secrets.Endpoint is null)
        {
            yield return "Secrets__Endpoint: must be set with Authentication__Mode Static, because the fixed token is for a twin.";
        }
    }

    private IEnumerable<string> Identities(TenantSandboxOptions options)
    {
        var identity = options.Identity;
        if (identity.Rules.Count > 0 && !Guid.TryParse(identity.TenantId, out _))
        {
            yield return $"Identity__TenantId: '{identity.TenantId}' must be the GUID of the Microsoft Entra tenant whose identities the rules name.";
        }

        if (identity.AuthorityHost is not { IsAbsoluteUri: true, Scheme: "https" })
        {
            yield return $"Identity__AuthorityHost: '{identity.AuthorityHost}' must be an absolute https address.";
        }

        var own = OwnResources.ClientIds(options, configuration);
        foreach (var (i, rule) in identity.ToRules().Index())
        {
            foreach (var fault in rule.Faults())
            {
                yield return $"Identity__Rules__{i}__{fault}";
            }

            if (own.Contains(rule.ClientId, StringComparer.OrdinalIgnoreCase))
            {
                yield return $"Identity__Rules__{i}__ClientId: '{rule.ClientId}' is an identity of the app or the cluster itself. Make one for the tenants.";
            }
        }
    }

    [GeneratedRegex(@"^[a-z0-9-]+(?:\.[a-z0-9-]+)+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Domain();
}
