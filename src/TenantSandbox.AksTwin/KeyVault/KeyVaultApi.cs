using System.Buffers.Text;
using System.Net.Http.Headers;

namespace TenantSandbox.AksTwin.KeyVault;

/// <summary>
/// The secrets and keys API of Key Vault over HTTP, for all vaults at one port: the Host header names the vault, such as
/// <c>contoso.vault.azure.net</c>. A request without a token is answered with the challenge that Key Vault's clients verify and follow.
/// </summary>
internal sealed class KeyVaultApi(KeyVaultTwin vaults, InjectedFaults faults, CallCounter calls)
{
    private const string Tenant = "11111111-2222-3333-4444-555555555555";

    public async Task HandleAsync(HttpContext http)
    {
        var response = http.Response;
        response.Headers["x-ms-request-id"] = http.TraceIdentifier;
        try
        {
            if (await AnswerAsync(http) is { } body)
            {
                await response.WriteAsJsonAsync(body, http.RequestAborted);
            }
        }
        catch (Exception e) when (e is VaultException or JsonException or BadHttpRequestException && !response.HasStarted)
        {
            var error = e as VaultException ?? new VaultException(400, "BadParameter", e.Message);
            response.StatusCode = error.Status;
            response.Headers.RetryAfter = error.RetryAfter?.ToString(CultureInfo.InvariantCulture);
            await response.WriteAsJsonAsync(error.Body, http.RequestAborted);
        }
    }

    /// <returns>Null when the connection was closed.</returns>
    private async Task<JsonObject?> AnswerAsync(HttpContext http)
    {
        var host = http.Request.Host.Host.Split('.', 2);
        string[] path = [.. (http.Request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries)];
        if (host.Length < 2 || !vaults.HasVault(host[0]))
        {
            // Such a vault has no address in DNS.
            http.Abort();
            return null;
        }

        Authenticate(http, host[1]);
        if (http.Request.Query["api-version"].Count == 0)
        {
            throw new VaultException(400, "BadParameter", "api-version must be specified");
        }

        var (call, answer) = path switch
        {
            ["secrets" or "Secrets", var secret, .. var rest] => OfSecret(http, host[0], secret, rest.FirstOrDefault()),
            ["keys" or "Keys", var key, .. var rest] => OfKey(http, host[0], key, rest),
            _ => throw new VaultException(404, "NotFound", "The twin has secrets and keys only."),
        };
        call = $"vault.{path[0].ToLowerInvariant()}.{call}";
        calls.Count(call);
        var fault = faults.Next(call, path[1]);
        if (fault is { Kind: InjectedFaultKind.Refuse })
        {
            throw VaultException.FromInjectedFault(fault);
        }

        var result = answer(http.Request.Method is "PUT" or "PATCH" or "POST" ? await ReadAsync(http) : null);
        if (fault is { Kind: InjectedFaultKind.LoseAnswer })
        {
            http.Abort();
            return null;
        }

        return result;
    }

    private (string Call, Func<JsonObject?, JsonObject> Answer) OfSecret(HttpContext http, string vault, string name, string? version) =>
        (http.Request.Method, version) switch
        {
            ("GET", "versions") => ("list", _ => List(http, vault, name)),
            ("GET", _) => ("get", _ => Bundle(http, name, vaults.Get(vault, name, version), hasValue: true)),
            ("PUT", null) => ("set", body => Bundle(http, name, Set(vault, name, body!), hasValue: true)),
            ("PATCH", _) => (
                "update", body => Bundle(http, name, vaults.Update(vault, name, version, body?.GetObject("attributes") ?? []), hasValue: false)),
            ("DELETE", null) => ("delete", _ => Delete(http, vault, name)),
            _ => throw NotAllowed(),
        };

    // Only the sign operation needs a key that is enabled: its public part can always be read.
    private (string Call, Func<JsonObject?, JsonObject> Answer) OfKey(HttpContext http, string vault, string name, string[] rest) =>
        (http.Request.Method, rest) switch
        {
            ("GET", ["versions"]) => ("list", _ => KeyVersions(http, name, vaults.Keys.Find(vault, name))),
            ("GET", []) => ("get", _ => KeyBundle(http, name, vaults.Keys.Get(vault, name, null))),
            ("GET", [var version]) => ("get", _ => KeyBundle(http, name, vaults.Keys.Get(vault, name, version))),
            ("POST", [var version, "sign"]) => ("sign", body => Sign(http, name, vaults.Keys.Get(vault, name, version), body!)),
            _ => throw NotAllowed(),
        };

    private static JsonObject KeyVersions(HttpContext http, string name, IEnumerable<SigningKeyVersion> versions) => new()
    {
        ["value"] = new JsonArray([.. versions.Select(v => new JsonObject { ["kid"] = IdOf(http, name, v), ["attributes"] = v.ToAttributes() })]),
        ["nextLink"] = null,
    };

    private static JsonObject Sign(HttpContext http, string name, SigningKeyVersion version, JsonObject body) => new()
    {
        ["kid"] = IdOf(http, name, version),
        ["value"] = Base64Url.EncodeToString(version.Sign(body.GetString("alg"), body.GetString("value"))),
    };

    private static JsonObject KeyBundle(HttpContext http, string name, SigningKeyVersion version) => new()
    {
        ["key"] = version.ToJwk(IdOf(http, name, version)),
        ["attributes"] = version.ToAttributes(),
    };

    private static string IdOf(HttpContext http, string name, SigningKeyVersion version) => $"https://{http.Request.Host.Host}/keys/{name}/{version.Version}";

    private static VaultException NotAllowed() => new(405, "MethodNotAllowed", "The method is not allowed here.");

    // The challenge's resource is the domain of the vaults: clients refuse one that isn't a domain of the vault's host.
    private static void Authenticate(HttpContext http, string domain)
    {
        if (AuthenticationHeaderValue.TryParse(http.Request.Headers.Authorization, out var header)
            && string.Equals(header.Scheme, "Bearer", StringComparison.OrdinalIgnoreCase) && header.Parameter is { Length: > 0 })
        {
            return;
        }

        http.Response.Headers.WWWAuthenticate = $"Bearer authorization=\"https://login.windows.net/{Tenant}\", resource=\"https://{domain}\"";
        throw new VaultException(401, "Unauthorized", "AKV10000: Request is missing a Bearer or PoP token.");
    }

    private static async Task<JsonObject> ReadAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        return JsonParser.Parse(body.ToArray()) as JsonObject ?? throw new JsonException("The body must be an object.");
    }

    private SecretVersion Set(string vault, string name, JsonObject body) =>
        vaults.Set(
            vault,
            name,
            body.GetString("value") ?? throw new VaultException(400, "BadParameter", "The parameter value is missing."),
            body.GetObject("attributes") ?? []);

    private JsonObject List(HttpContext http, string vault, string name) => new()
    {
        ["value"] = new JsonArray([.. vaults.Find(vault, name).Versions.Select(v => Bundle(http, name, v, hasValue: false))]),
        ["nextLink"] = null,
    };

    private JsonObject Delete(HttpContext http, string vault, string name)
    {
        var last = vaults.Find(vault, name).Versions[^1];
        vaults.Delete(vault, name);
        var bundle = Bundle(http, name, last, hasValue: false);
        bundle["recoveryId"] = $"https://{http.Request.Host.Host}/deletedsecrets/{name}";
        return bundle;
    }

    private static JsonObject Bundle(HttpContext http, string name, SecretVersion version, bool hasValue)
    {
        var bundle = new JsonObject
        {
            ["id"] = $"https://{http.Request.Host.Host}/secrets/{name}/{version.Version}",
            ["attributes"] = version.Attributes.DeepClone(),
        };
        if (hasValue)
        {
            bundle["value"] = version.Value;
        }

        return bundle;
    }
}
