using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace TenantSandbox.Functions.Http.Access;

/// <summary>
/// Callers whom App Service authentication has identified with Microsoft Entra ID. It removes the header from requests and sets it from the token that it
/// checked (learn.microsoft.com/azure/app-service/configure-authentication-user-identities), so the app must never listen without it.
/// </summary>
internal sealed class EntraCallers : ICallers
{
    /// <summary>Base64 of UTF-8 JSON with the claims.</summary>
    public const string Header = "X-MS-CLIENT-PRINCIPAL";

    // Claims by the names of the token and by those that App Service maps them to.
    private static readonly string[] RoleClaims = ["roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"];
    private static readonly string[] IdClaims = ["http://schemas.microsoft.com/identity/claims/objectidentifier", "oid"];
    private static readonly string[] NameClaims = ["preferred_username", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", "name", "azp", "appid"];

    public Caller? Identify(HttpRequest request)
    {
        if (Read(request) is not { IdentityProvider: "aad", Claims: { } listed })
        {
            return null;
        }

        Claim[] claims = [.. listed.OfType<Claim>()];
        return Value(claims, IdClaims) is { } id
            ? new Caller(id, Value(claims, NameClaims), claims.Where(c => RoleClaims.Contains(c.Type)).Select(c => Role(c.Value)).Max(), IsPrincipal: true)
            : null;
    }

    // Numbers and lists, which Enum.TryParse also reads, are no roles.
    private static CallerRole? Role(string? value) => Enum.TryParse<CallerRole>(value, out var role) && role.ToString() == value ? role : null;

    private static Principal? Read(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(Header, out var values) || values is not [{ Length: > 0 } value])
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<Principal>(Convert.FromBase64String(value));
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    private static string? Value(IReadOnlyList<Claim> claims, string[] names) =>
        names.Select(name => claims.FirstOrDefault(c => c.Type == name)?.Value).FirstOrDefault(value => !string.IsNullOrEmpty(value));

    private sealed record Principal(
        [property: JsonPropertyName("auth_typ")] string? IdentityProvider,
        [property: JsonPropertyName("claims")] IReadOnlyList<Claim?>? Claims);

    private sealed record Claim([property: JsonPropertyName("typ")] string? Type, [property: JsonPropertyName("val")] string? Value);
}
