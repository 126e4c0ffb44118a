using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Keys of the twin's Key Vault, as its REST API has them.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "IAsyncLifetime disposes of them.")]
public sealed class KeyVaultKeyTests : IAsyncLifetime
{
    private const string Version = "?api-version=7.4";

    private TwinHost? _twin;
    private HttpClient? _http;

    public async Task InitializeAsync()
    {
        _twin = await TwinHost.StartAsync(new TwinOptions());
        _http = new HttpClient(_twin.CreateHandler()) { BaseAddress = _twin.VaultEndpoint };
        _http.DefaultRequestHeaders.Authorization = new("Bearer", "a-token");
        _http.DefaultRequestHeaders.Host = "contoso.vault.azure.net";
    }

    public async Task DisposeAsync()
    {
        _http!.Dispose();
        await _twin!.DisposeAsync();
    }

    [Fact]
    public async Task Sign_Hash_IsASignatureOfThePublicKey()
    {
        var version = _twin!.Vaults.CreateKey("contoso", "Reports");
        var hash = SHA256.HashData("text"u8);

        var bundle = await _http!.GetFromJsonAsync<JsonElement>($"/keys/reports{Version}");
        var key = bundle.GetProperty("key");
        var (status, signed) = await SignAsync(version, "ES256", hash);

        Assert.Equal(
            ($"https://contoso.vault.azure.net/keys/reports/{version}", "EC", "P-256", true),
            (key.GetProperty("kid").GetString(), key.GetProperty("kty").GetString(), key.GetProperty("crv").GetString(), bundle.GetProperty("attributes").GetProperty("enabled").GetBoolean()));
        Assert.False(key.TryGetProperty("d", out _));
        using var verifier = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new() { X = Base64Url.DecodeFromChars(key.GetProperty("x").GetString()), Y = Base64Url.DecodeFromChars(key.GetProperty("y").GetString()) },
        });
        Assert.Equal((HttpStatusCode.OK, key.GetProperty("kid").GetString()), (status, signed.GetProperty("kid").GetString()));
        Assert.True(verifier.VerifyHash(hash, Base64Url.DecodeFromChars(signed.GetProperty("value").GetString()), DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    [Fact]
    public async Task Versions_TwoOfThem_AreListedAndTheLastIsCurrent()
    {
        string[] versions = [_twin!.Vaults.CreateKey("contoso", "reports"), _twin.Vaults.CreateKey("contoso", "reports")];

        var list = await _http!.GetFromJsonAsync<JsonElement>($"/keys/reports/versions{Version}");
        var current = await _http!.GetFromJsonAsync<JsonElement>($"/keys/reports{Version}");
        var old = await _http!.GetFromJsonAsync<JsonElement>($"/keys/reports/{versions[0]}{Version}");

        Assert.Equal(versions, list.GetProperty("value").EnumerateArray().Select(v => v.GetProperty("kid").GetString()!.Split('/')[^1]));
        Assert.EndsWith(versions[1], current.GetProperty("key").GetProperty("kid").GetString(), StringComparison.Ordinal);
        Assert.EndsWith(versions[0], old.GetProperty("key").GetProperty("kid").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sign_WhatKeyVaultRefuses_HasItsErrors()
    {
        var version = _twin!.Vaults.CreateKey("contoso", "reports");
        var hash = SHA256.HashData("text"u8);

        Assert.Equal((HttpStatusCode.BadRequest, "BadParameter", null), await ErrorAsync(version, "RS256", hash));
        Assert.Equal((HttpStatusCode.BadRequest, "BadParameter", null), await ErrorAsync(version, "ES256", hash[1..]));
        Assert.Equal((HttpStatusCode.NotFound, "KeyNotFound", null), await ErrorAsync(new string('0', 32), "ES256", hash));
        _twin.Vaults.EnableKey("contoso", "reports", version, isEnabled: false);
        Assert.Equal((HttpStatusCode.Forbidden, "Forbidden", "KeyDisabled"), await ErrorAsync(version, "ES256", hash));
    }

    [Fact]
    public async Task Keys_TwinRestarted_AreKept()
    {
        var directory = Directory.CreateTempSubdirectory("vault-keys-").FullName;
        try
        {
            string version;
            await using (var before = await TwinHost.StartAsync(new TwinOptions { StateDirectory = directory }))
            {
                version = before.Vaults.CreateKey("contoso", "reports");
            }

            await using var after = await TwinHost.StartAsync(new TwinOptions { StateDirectory = directory });
            Assert.Equal(version, after.Vaults.Keys.Get("CONTOSO", "Reports", null).Version);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private async Task<(HttpStatusCode Status, string? Code, string? Inner)> ErrorAsync(string version, string algorithm, byte[] hash)
    {
        var (status, body) = await SignAsync(version, algorithm, hash);
        var error = body.GetProperty("error");
        return (status, error.GetProperty("code").GetString(), error.TryGetProperty("innererror", out var inner) ? inner.GetProperty("code").GetString() : null);
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> SignAsync(string version, string algorithm, byte[] hash)
    {
        using var answer = await _http!.PostAsJsonAsync($"/keys/reports/{version}/sign{Version}", new { alg = algorithm, value = Base64Url.EncodeToString(hash) });
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }
}
