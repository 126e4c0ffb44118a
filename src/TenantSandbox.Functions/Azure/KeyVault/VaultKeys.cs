using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Evidence;

namespace TenantSandbox.Functions.Azure.KeyVault;

/// <summary>
/// Keys on P-256 in Key Vault, over its REST API. The private key never leaves the vault: hashes are sent there and signatures come back.
/// </summary>
internal sealed class VaultKeys(VaultClients clients)
{
    private const string ApiVersion = "7.4";

    private static readonly JsonSerializerOptions Options = new() { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    // A pipeline remembers the token of its vault.
    private readonly ConcurrentDictionary<string, HttpPipeline> _pipelines = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the public part of a key.</summary>
    /// <param name="key">Its address, <c>https://{vault}/keys/{name}</c> or that of one version.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The key with the address of its version.</returns>
    /// <exception cref="SandboxException">It can't be read, or is no key on P-256.</exception>
    public async Task<VaultKey> GetAsync(Uri key, CancellationToken cancellationToken)
    {
        var found = (await SendAsync<KeyBundle>(RequestMethod.Get, key, key, body: null, cancellationToken)).Key;
        try
        {
            // EC-HSM is the same key in a hardware module.
            return found is { Type: "EC" or "EC-HSM", Curve: "P-256", X: { } x, Y: { } y }
                ? new VaultKey(found.Id, ReportKey.Of(x.TrimEnd('='), y.TrimEnd('=')))
                : throw new CryptographicException($"It is of the kind {found.Type} {found.Curve}.");
        }
        catch (CryptographicException e)
        {
            throw new InvalidException("KeyUnsuitable", $"key {key} is not an EC key on P-256. {e.Message} Create one, or name another", e);
        }
    }

    /// <summary>Signs a hash with ES256.</summary>
    /// <param name="version">The address of a key's version.</param>
    /// <param name="hash">SHA-256 of what is signed.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>R and S, 32 bytes each.</returns>
    /// <exception cref="SandboxException">The key can't be used.</exception>
    public async Task<byte[]> SignAsync(Uri version, byte[] hash, CancellationToken cancellationToken)
    {
        var body = new SignBody("ES256", Base64Url.EncodeToString(hash));
        var answer = await SendAsync<SignAnswer>(RequestMethod.Post, version, new Uri($"{version}/sign"), body, cancellationToken);
        return Base64Url.IsValid(answer.Value)
            ? Base64Url.DecodeFromChars(answer.Value)
            : throw VaultFailures.Translate(new JsonException("The signature is not base64url."), version);
    }

    /// <summary>The addresses of a key's versions that are not disabled.</summary>
    /// <exception cref="SandboxException">They can't be listed.</exception>
    public async Task<IReadOnlyList<Uri>> ListVersionsAsync(Uri key, CancellationToken cancellationToken)
    {
        List<Uri> versions = [];
        var next = new Uri($"{key}/versions");
        while (next is not null)
        {
            var page = await SendAsync<VersionPage>(RequestMethod.Get, key, next, body: null, cancellationToken);
            versions.AddRange(page.Versions.Where(v => v.Attributes?.IsEnabled != false).Select(v => v.Id));
            next = page.NextLink;
        }

        return versions;
    }

    private async Task<T> SendAsync<T>(RequestMethod method, Uri key, Uri address, SignBody? body, CancellationToken cancellationToken)
    {
        try
        {
            // The pipeline's token is for this vault alone.
            if (address.Host != key.Host || address.Scheme != Uri.UriSchemeHttps)
            {
                throw new JsonException($"The address {address} is not one of the vault.");
            }

            var pipeline = _pipelines.GetOrAdd(key.Host, _ => clients.CreatePipeline(key));
            using var message = pipeline.CreateMessage();
            message.Request.Method = method;
            message.Request.Uri.Reset(address);
            if (address.Query.Length == 0)
            {
                message.Request.Uri.AppendQuery("api-version", ApiVersion);
            }

            message.Request.Headers.Add(HttpHeader.Common.JsonAccept);
            if (body is not null)
            {
                message.Request.Headers.Add(HttpHeader.Common.JsonContentType);
                message.Request.Content = RequestContent.Create(BinaryData.FromObjectAsJson(body));
            }

            await pipeline.SendAsync(message, cancellationToken);
            return message.Response.IsError
                ? throw new RequestFailedException(message.Response)
                : JsonSerializer.Deserialize<T>(message.Response.Content, Options) ?? throw new JsonException("The answer is null.");
        }
        catch (Exception e) when (VaultFailures.IsFailure(e, cancellationToken))
        {
            throw VaultFailures.Translate(e, key);
        }
    }

    private sealed record KeyBundle([property: JsonPropertyName("key")] KeyBody Key);

    private sealed record KeyBody(
        [property: JsonPropertyName("kid")] Uri Id,
        [property: JsonPropertyName("kty")] string Type,
        [property: JsonPropertyName("crv")] string? Curve = null,
        [property: JsonPropertyName("x")] string? X = null,
        [property: JsonPropertyName("y")] string? Y = null);

    private sealed record VersionPage(
        [property: JsonPropertyName("value")] IReadOnlyList<VersionItem> Versions, [property: JsonPropertyName("nextLink")] Uri? NextLink = null);

    private sealed record VersionItem(
        [property: JsonPropertyName("kid")] Uri Id, [property: JsonPropertyName("attributes")] VersionAttributes? Attributes = null);

    private sealed record VersionAttributes([property: JsonPropertyName("enabled")] bool? IsEnabled = null);

    private sealed record SignBody([property: JsonPropertyName("alg")] string Algorithm, [property: JsonPropertyName("value")] string Value);

    private sealed record SignAnswer([property: JsonPropertyName("value")] string Value);
}

/// <summary>A version of a key in Key Vault.</summary>
/// <param name="Version">Its address.</param>
/// <param name="PublicKey">Its public part.</param>
internal sealed record VaultKey(Uri Version, ReportKey PublicKey);
