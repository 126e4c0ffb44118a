using CsCheck;
using TenantSandbox.Core.Requests.Secrets;

namespace TenantSandbox.Core.Tests.Requests.Secrets;

public sealed class SecretUriTests
{
    private const string Valid = "https://contoso.vault.azure.net/secrets/acme--db/0123456789abcdef0123456789abcdef";

    // What parsers repair, decode or ignore, and characters that look or fold like others.
    private static readonly string[] Tricks =
    [
        "/", "//", "\\", "..", "/../", "/./", "%2e", "%2F", "%00", "@", ":443", ":", "?", "#", ";", " ", "\t", "\n", "\0", ".", "-", "--",
        "\u212a", "\u0130", "\u0131", "\u017f", "\u00f6", "\u3002", "\uff0f",
        "xn--", "a", "Z", "0", "evil.example", "https://", "secrets", "vault.azure.net", "\u200b", "\u202e",
    ];

    private static readonly Gen<string> Mutated = Gen
        .Select(Gen.Int[0, Valid.Length], Gen.Int[0, 3], Gen.OneOfConst(Tricks), Gen.Int[0, Valid.Length], Gen.Bool)
        .Select((at, removed, inserted, cut, isCut) =>
        {
            var text = Valid[..at] + inserted + Valid[Math.Min(Valid.Length, at + removed)..];
            return isCut ? text[..Math.Min(cut, text.Length)] : text;
        });

    [Theory]
    [InlineData("https://contoso.vault.azure.net/secrets/db", "https://contoso.vault.azure.net", "db", null)]
    [InlineData(
        "HTTPS://CONTOSO.Vault.Azure.CN/SECRETS/Db/0123456789ABCDEF0123456789ABCDEF",
        "https://contoso.vault.azure.cn", "db", "0123456789abcdef0123456789abcdef")]
    public void TryParse_Address_IsCanonical(string text, string vault, string name, string? version)
    {
        Assert.True(SecretUri.TryParse(text, out var uri));
        Assert.Equal(new SecretUri(vault, name, version), uri);
    }

    [Fact]
    public void TryParse_AnyText_IsWhatAUriParserReadsToo() => Mutated.Sample(text =>
    {
        if (!SecretUri.TryParse(text, out var uri))
        {
            return;
        }

        var read = new Uri(text);
        Assert.Equal(uri.Vault, $"https://{read.Host}");
        Assert.Equal(uri.ToString()[uri.Vault.Length..], read.PathAndQuery, ignoreCase: true);
        Assert.Equal(("", "", true), (read.UserInfo, read.Fragment, read.IsDefaultPort));
        Assert.True(text.All(char.IsAscii));
        Assert.True(SecretUri.TryParse(uri.ToString(), out var again));
        Assert.Equal(uri, again);
    }, iter: 20_000);

    [Fact]
    public void Allows_AnyTrick_OpensOnlyTheTenantsSecretsOfTheVault()
    {
        var assignments = new SecretAssignments([new SecretRule("https://contoso.vault.azure.net", "{tenantId}--*", [])], []);
        var allowed = 0;
        Mutated.Sample(text =>
        {
            if (SecretUri.TryParse(text, out var uri) && assignments.Allows("acme", uri))
            {
                Interlocked.Increment(ref allowed);
                var read = new Uri(text);
                Assert.Equal("contoso.vault.azure.net", read.IdnHost);
                Assert.StartsWith("/secrets/acme--", read.AbsolutePath, StringComparison.OrdinalIgnoreCase);
            }
        }, iter: 20_000);
        Assert.NotEqual(0, allowed);
    }
}
