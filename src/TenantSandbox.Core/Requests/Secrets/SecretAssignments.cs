using System.Text.RegularExpressions;

namespace TenantSandbox.Core.Requests.Secrets;

/// <summary>Which secrets of which vaults an installation assigns to its tenants. Everything else can't be named.</summary>
public sealed class SecretAssignments
{
    private readonly IReadOnlyList<SecretRule> _rules;
    private readonly HashSet<string> _ownVaults;
    private readonly bool _isUnchecked;

    /// <param name="rules">The assignments, without faults.</param>
    /// <param name="ownVaults">Vaults that hold the app's own secrets, like <c>https://contoso.vault.azure.net</c>. No rule opens one.</param>
    public SecretAssignments(IEnumerable<SecretRule> rules, IEnumerable<string> ownVaults)
        : this([.. rules], ownVaults, isUnchecked: false)
    {
    }

    private SecretAssignments(IReadOnlyList<SecretRule> rules, IEnumerable<string> ownVaults, bool isUnchecked) =>
        (_rules, _ownVaults, _isUnchecked) = (rules, ownVaults.Select(v => v.ToLowerInvariant()).ToHashSet(StringComparer.Ordinal), isUnchecked);

    /// <summary>No secret for any tenant.</summary>
    public static SecretAssignments None { get; } = new([], []);

    /// <summary>Every secret for every tenant: only for tools that look at a request's form, without an installation.</summary>
    public static SecretAssignments Unchecked { get; } = new([], [], isUnchecked: true);

    /// <summary>Whether any secret is assigned.</summary>
    public bool IsEmpty => _rules.Count == 0 && !_isUnchecked;

    /// <summary>Whether a tenant may have a secret.</summary>
    public bool Allows(string tenantId, SecretUri secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return _isUnchecked || (!_ownVaults.Contains(secret.Vault) && _rules.Any(r => r.Assigns(tenantId, secret)));
    }
}

/// <summary>
/// Assigns secrets to tenants. A rule that isn't limited to named tenants has <c>{tenantId}</c> in <paramref name="Vault"/> or
/// <paramref name="Names"/>, so that each secret is of one tenant only.
/// </summary>
/// <param name="Vault">
/// A vault, in which <c>{tenantId}</c> stands for the tenant: <c>https://contoso.vault.azure.net</c>, <c>https://kv-{tenantId}.vault.azure.net</c>.
/// </param>
/// <param name="Names">
/// The secrets' names: letters, digits and hyphens, <c>*</c> for any number of these, and at most one <c>{tenantId}</c>: <c>{tenantId}--*</c>.
/// A name that fits several tenants, as <c>a-b-c</c> fits <c>a</c> and <c>a-b</c> in <c>{tenantId}-*</c>, is assigned to none.
/// </param>
/// <param name="Tenants">The tenants it is for: ids, or beginnings of ids followed by <c>*</c>; empty for all.</param>
public sealed partial record SecretRule(string Vault, string Names, IReadOnlyList<string> Tenants)
{
    /// <summary>What stands for the tenant's id.</summary>
    public const string TenantPlaceholder = "{tenantId}";

    private const int MaxTenantIdLength = 40;

    /// <summary>Whether the vault of a rule may be a given one.</summary>
    /// <param name="vault">A vault, like <c>https://contoso.vault.azure.net</c>.</param>
    public bool MayNameVault(string vault)
    {
        ArgumentNullException.ThrowIfNull(vault);
        var (prefix, suffix) = Around(Vault.ToLowerInvariant());
        return suffix is null
            ? vault == prefix
            : vault.Length > prefix.Length + suffix.Length
                && vault.StartsWith(prefix, StringComparison.Ordinal) && vault.EndsWith(suffix, StringComparison.Ordinal)
                && TenantIds.IsListed(Tenants, vault[prefix.Length..^suffix.Length]);
    }

    /// <summary>What is wrong with a rule; each sentence begins with the property.</summary>
    /// <param name="hostSuffixes">The domains of vaults, like <c>vault.azure.net</c>.</param>
    public IEnumerable<string> Faults(IReadOnlyList<string> hostSuffixes)
    {
        var host = hostSuffixes.FirstOrDefault(s => Vault.EndsWith($".{s}", StringComparison.OrdinalIgnoreCase));
        if (host is null || !VaultName().IsMatch(Vault[..^(host.Length + 1)]))
        {
            yield return $"Vault: '{Vault}' must be https:// with a vault's name, in which {TenantPlaceholder} may occur once, and one of the domains "
                + $"{string.Join(", ", hostSuffixes)}.";
        }

        if (!NamePattern().IsMatch(Names))
        {
            yield return $"Names: '{Names}' must be letters, digits, hyphens and *, with {TenantPlaceholder} at most once; "
                + "no * before it, and a hyphen or nothing after it.";
        }

        foreach (var tenant in Tenants.Where(t => !TenantIds.IsPattern(t)))
        {
            yield return $"Tenants: '{tenant}' must be a tenant's id, or the beginning of ids and *.";
        }

        if (Tenants.Count == 0 && !HasPlaceholder(Vault) && !HasPlaceholder(Names))
        {
            yield return $"Names: '{Names}' gives the same secrets to every tenant. Put {TenantPlaceholder} into Vault or Names, or list the Tenants.";
        }
    }

    /// <summary>Whether the rule gives a secret to a tenant.</summary>
    internal bool Assigns(string tenantId, SecretUri secret)
    {
        if (!TenantIds.IsListed(Tenants, tenantId)
            || secret.Vault != Vault.ToLowerInvariant().Replace(TenantPlaceholder.ToLowerInvariant(), tenantId, StringComparison.Ordinal)
            || !Fits(tenantId, secret.Name))
        {
            return false;
        }

        // Where the vault is the tenant's, whoever else fits the name has another vault.
        return HasPlaceholder(Vault) || Owners(secret.Name).All(o => o == tenantId);
    }

    // All tenants whose secret it could be: they begin at the same place, since no * precedes the placeholder.
    private IEnumerable<string> Owners(string name)
    {
        var start = Names.IndexOf(TenantPlaceholder, StringComparison.Ordinal);
        for (var length = 1; start >= 0 && length <= MaxTenantIdLength && start + length <= name.Length; length++)
        {
            var candidate = name.Substring(start, length);
            if (TextRules.TenantId.Accepts(candidate) && TenantIds.IsListed(Tenants, candidate) && Fits(candidate, name))
            {
                yield return candidate;
            }
        }
    }

    private bool Fits(string tenantId, string name) =>
        Glob(Names.ToLowerInvariant().Replace(TenantPlaceholder.ToLowerInvariant(), tenantId, StringComparison.Ordinal), name);

    private static bool Glob(string pattern, string text)
    {
        var parts = pattern.Split('*');
        if (parts.Length == 1)
        {
            return text == pattern;
        }

        if (text.Length < parts[0].Length + parts[^1].Length
            || !text.StartsWith(parts[0], StringComparison.Ordinal) || !text.EndsWith(parts[^1], StringComparison.Ordinal))
        {
            return false;
        }

        // The leftmost match of each part leaves the most for the rest.
        var rest = text[parts[0].Length..^parts[^1].Length];
        foreach (var part in parts[1..^1])
        {
            var at = rest.IndexOf(part, StringComparison.Ordinal);
            if (at < 0)
            {
                return false;
            }

            rest = rest[(at + part.Length)..];
        }

        return true;
    }

    private static bool HasPlaceholder(string text) => text.Contains(TenantPlaceholder, StringComparison.Ordinal);

    private static (string Prefix, string? Suffix) Around(string text) =>
        text.IndexOf(TenantPlaceholder.ToLowerInvariant(), StringComparison.Ordinal) is >= 0 and var at
            ? (text[..at], text[(at + TenantPlaceholder.Length)..])
            : (text, null);

    [GeneratedRegex(@"^https://(?:[A-Za-z0-9-]*\{tenantId\}[A-Za-z0-9-]*|[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9])\z", RegexOptions.CultureInvariant)]
    private static partial Regex VaultName();

    [GeneratedRegex(@"^(?:[A-Za-z0-9-]*\{tenantId\}(?:-[A-Za-z0-9*-]*)?|[A-Za-z0-9*-]+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}

/// <summary>Lists of tenants in settings: ids, and beginnings of ids followed by <c>*</c>.</summary>
internal static class TenantIds
{
    /// <summary>Whether an entry has the form.</summary>
    public static bool IsPattern(string entry) => TextRules.TenantId.Accepts(entry.EndsWith('*') ? $"{entry[..^1]}x" : entry);

    /// <summary>Whether a tenant is in a list; all are in an empty one.</summary>
    public static bool IsListed(IReadOnlyList<string> list, string tenantId) =>
        list.Count == 0 || list.Any(e => e.EndsWith('*') ? tenantId.StartsWith(e[..^1], StringComparison.Ordinal) : tenantId == e);
}
