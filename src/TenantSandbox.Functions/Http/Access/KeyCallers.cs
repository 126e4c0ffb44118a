using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace TenantSandbox.Functions.Http.Access;

/// <summary>
/// Callers with function keys. The host has checked the key before, and a key has no role of its own, so its holder may do everything. The header of App
/// Service authentication isn't read: without that, anyone can send it.
/// </summary>
internal sealed class KeyCallers : ICallers
{
    private const int DigestLength = 12;

    public Caller? Identify(HttpRequest request) => new Caller(Id(request), null, CallerRole.Administrator, IsPrincipal: false);

    // The host takes the key from either place (learn.microsoft.com/azure/azure-functions/function-keys-how-to).
    private static string Id(HttpRequest request)
    {
        var key = request.Headers.TryGetValue("x-functions-key", out var header) ? header.ToString() : request.Query["code"].ToString();
        return key.Length > 0
            ? $"key {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..DigestLength]}"
            : $"address {request.HttpContext.Connection.RemoteIpAddress}";
    }
}
