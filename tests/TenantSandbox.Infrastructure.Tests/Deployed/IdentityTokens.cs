using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Azure.Core;

namespace TenantSandbox.Infrastructure.Tests.Deployed;

/// <summary>Access tokens of a managed identity, as Microsoft Entra ID writes them, with a signature that nobody verifies.</summary>
internal static class IdentityTokens
{
    public const string ObjectId = "00000000-0000-0000-0000-0000000000f1";

    public const string Storage = "https://storage.azure.com";

    public static string Create(string audience)
    {
        var now = DateTimeOffset.UtcNow;
        return string.Join('.', Part(new { typ = "JWT", alg = "RS256" }), Part(new
        {
            aud = audience,
            // Azurite takes issuers of Azure's clouds only.
            iss = "https://sts.windows-ppe.net/00000000-0000-0000-0000-00000000000a/",
            iat = now.AddMinutes(-5).ToUnixTimeSeconds(),
            nbf = now.AddMinutes(-5).ToUnixTimeSeconds(),
            exp = now.AddHours(8).ToUnixTimeSeconds(),
            oid = ObjectId,
            tid = "00000000-0000-0000-0000-00000000000a",
        }), "c2lnbmF0dXJl");
    }

    /// <summary>A credential for clients in this process.</summary>
    public static TokenCredential Credential(string audience) =>
        DelegatedTokenCredential.Create((_, _) => new AccessToken(Create(audience), DateTimeOffset.UtcNow.AddHours(8)));

    /// <summary>The audience of a bearer token; "none" for a request without one.</summary>
    public static string AudienceOf(string? authorization)
    {
        if (authorization?.Split(' ') is not ["Bearer", var token] || token.Split('.') is not [_, var payload, _])
        {
            return "none";
        }

        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
        return claims.RootElement.GetProperty("aud").GetString()!;
    }

    private static string Part(object claims) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(claims)));
}
