using TenantSandbox.Core.Requests.Secrets;

namespace TenantSandbox.Functions.Configuration;

/// <summary>Which secrets of which Key Vaults are the tenants'. Without rules no request can name a secret.</summary>
internal sealed class SecretOptions
{
    private static readonly string[] AllClouds = ["vault.azure.net", "vault.azure.cn", "vault.usgovcloudapi.net"];

    /// <summary>The assignments; a secret that none of them gives to a tenant can't be named.</summary>
    public IList<SecretRuleOptions> Rules { get; } = [];

    /// <summary>
    /// Vaults with the app's own secrets, like <c>https://contoso.vault.azure.net</c>, in addition to those that its settings name. No rule
    /// opens one.
    /// </summary>
    public IList<string> OwnVaults { get; } = [];

    /// <summary>The domains of vaults; none for those of the public and the sovereign clouds.</summary>
    public IList<string> HostSuffixes { get; } = [];

    /// <summary>Where to connect to instead of the vaults' own addresses: a twin on this machine. Null for Azure.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>A PEM file: only certificates that its authorities issued are trusted for <see cref="Endpoint"/>.</summary>
    public string? CaFile { get; set; }

    /// <summary>The domains of vaults.</summary>
    internal IReadOnlyList<string> Suffixes => HostSuffixes.Count == 0 ? AllClouds : [.. HostSuffixes];

    internal IEnumerable<SecretRule> ToRules() => Rules.Select(r => new SecretRule(r.Vault, r.Names, [.. r.Tenants]));
}

/// <summary>One assignment of secrets.</summary>
internal sealed class SecretRuleOptions
{
    /// <summary>The vault, like <c>https://contoso.vault.azure.net</c>; <c>{tenantId}</c> stands for the tenant.</summary>
    public string Vault { get; set; } = "";

    /// <summary>The secrets' names: <c>*</c> for any characters, <c>{tenantId}</c> for the tenant.</summary>
    public string Names { get; set; } = "";

    /// <summary>The tenants: ids, or beginnings of ids and <c>*</c>; none for all.</summary>
    public IList<string> Tenants { get; } = [];
}
