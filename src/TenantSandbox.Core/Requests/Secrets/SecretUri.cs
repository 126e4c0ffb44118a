using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace TenantSandbox.Core.Requests.Secrets;

/// <summary>
/// The address of a secret in an Azure Key Vault, in canonical form. Vaults' and secrets' names are case-insensitive in Key Vault, so they are
/// lower-case here. The text is matched as a whole instead of being handed to a URI parser: what parsers repair or decode (a port, user
/// information, percent-encoding, dot segments, other alphabets, a query) has no place in it, so one secret has one spelling but for case.
/// </summary>
/// <param name="Vault">The vault, such as <c>https://contoso.vault.azure.net</c>.</param>
/// <param name="Name">The secret's name: 1 to 127 letters, digits and hyphens.</param>
/// <param name="Version">32 hexadecimal digits; null for the current version.</param>
public sealed partial record SecretUri(string Vault, string Name, string? Version)
{
    /// <summary>The longest address, with a vault in any cloud.</summary>
    public const int MaxLength = 300;

    /// <summary>The form, for the reader and the JSON schema (ECMA-262 but for <c>\z</c>).</summary>
    internal const string Form =
        @"^[Hh][Tt][Tt][Pp][Ss]://[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9](?:\.[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*){2,}/[Ss][Ee][Cc][Rr][Ee][Tt][Ss]/"
        + @"[A-Za-z0-9-]{1,127}(?:/[0-9A-Fa-f]{32})?\z";

    /// <summary>The same secret without a version.</summary>
    public SecretUri Current => this with { Version = null };

    /// <summary>Reads an address.</summary>
    /// <param name="text">The text, in any case.</param>
    /// <param name="uri">The address; null when the text isn't one.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out SecretUri? uri)
    {
        uri = null;
        if (text is null || text.Length > MaxLength || !Address().IsMatch(text))
        {
            return false;
        }

        // Only ASCII is left: https:, nothing, host, secrets, name and perhaps a version.
        var parts = text.ToLowerInvariant().Split('/');
        uri = new($"https://{parts[2]}", parts[4], parts.Length > 5 ? parts[5] : null);
        return true;
    }

    /// <summary>The canonical text.</summary>
    public override string ToString() => Version is null ? $"{Vault}/secrets/{Name}" : $"{Vault}/secrets/{Name}/{Version}";

    // Dots and hyphens delimit what repeats, so it matches in linear time. Without RegexOptions.IgnoreCase, which takes the Kelvin sign for a k.
    [GeneratedRegex(Form, RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}
