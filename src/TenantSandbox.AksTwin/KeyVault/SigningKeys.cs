using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace TenantSandbox.AksTwin.KeyVault;

/// <summary>The keys of some Azure Key Vaults: EC on P-256, which sign with ES256. Names are case-insensitive. Thread-safe.</summary>
internal sealed class SigningKeys
{
    private const string Prefix = "vault-key/";

    private readonly TwinStore _store;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<(string Vault, string Name), IReadOnlyList<SigningKeyVersion>> _keys = new();

    public SigningKeys(TwinStore store, TimeProvider time)
    {
        (_store, _time) = (store, time);
        foreach (var (key, json) in store.Load(Prefix))
        {
            var parts = key.Split('/');
            _keys[(parts[1], parts[2])] = JsonSerializer.Deserialize<List<SigningKeyVersion>>(json)!;
        }
    }

    public bool HasVault(string vault) => _keys.Keys.Any(k => string.Equals(k.Vault, vault, StringComparison.OrdinalIgnoreCase));

    /// <summary>Creates a key, or a new version of one, which becomes the current one.</summary>
    public SigningKeyVersion Create(string vault, string name)
    {
        using var created = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var added = new SigningKeyVersion(
            Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), created.ExportPkcs8PrivateKey(), true, _time.GetUtcNow().ToUnixTimeSeconds());
        lock (_gate)
        {
            Save(vault, name, [.. _keys.GetValueOrDefault(Key(vault, name), []), added]);
        }

        return added;
    }

    public void Enable(string vault, string name, string version, bool isEnabled)
    {
        lock (_gate)
        {
            Save(vault, name, [.. Find(vault, name).Select(v => v.Version == version ? v with { IsEnabled = isEnabled } : v)]);
        }
    }

    /// <returns>The versions, the oldest first.</returns>
    /// <exception cref="VaultException">404: there is no such key.</exception>
    public IReadOnlyList<SigningKeyVersion> Find(string vault, string name) => _keys.GetValueOrDefault(Key(vault, name)) ?? throw VaultException.NotFound("Key", name);

    /// <exception cref="VaultException">404: there is no such key or version.</exception>
    public SigningKeyVersion Get(string vault, string name, string? version) => version is null
        ? Find(vault, name)[^1]
        : Find(vault, name).FirstOrDefault(v => v.Version == version) ?? throw VaultException.NotFound("Key", $"{name}/{version}");

    private static (string Vault, string Name) Key(string vault, string name) => (vault.ToLowerInvariant(), name.ToLowerInvariant());

    private void Save(string vault, string name, IReadOnlyList<SigningKeyVersion> versions)
    {
        var key = Key(vault, name);
        _keys[key] = versions;
        _store.Put($"{Prefix}{key.Vault}/{key.Name}", JsonSerializer.SerializeToUtf8Bytes(versions));
    }
}

/// <summary>One version of a key.</summary>
/// <param name="Version">32 hexadecimal digits.</param>
/// <param name="Pkcs8">The private key.</param>
/// <param name="IsEnabled">Whether it can sign.</param>
/// <param name="Created">When it was created, in seconds since 1970.</param>
internal sealed record SigningKeyVersion(string Version, byte[] Pkcs8, bool IsEnabled, long Created)
{
    /// <summary>Signs a hash: R and S, 32 bytes each, as Key Vault does.</summary>
    /// <exception cref="VaultException">403: it is disabled; 400: another algorithm, or no SHA-256 hash.</exception>
    public byte[] Sign(string? algorithm, string? hash)
    {
        if (!IsEnabled)
        {
            throw new VaultException(403, "Forbidden", "Operation sign is not allowed on a disabled key.", "KeyDisabled");
        }

        if (algorithm != "ES256")
        {
            throw new VaultException(400, "BadParameter", $"Key type EC and curve P-256 don't support the algorithm {algorithm}.");
        }

        var digest = Base64Url.IsValid(hash) ? Base64Url.DecodeFromChars(hash) : [];
        if (digest.Length != SHA256.HashSizeInBytes)
        {
            throw new VaultException(400, "BadParameter", $"Invalid length of 'value': {digest.Length} bytes. ES256 requires 32 bytes, encoded with base64url.");
        }

        using var key = Import();
        return key.SignHash(digest, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>The key bundle's <c>key</c>: a JWK without the private part.</summary>
    public JsonObject ToJwk(string id)
    {
        using var key = Import();
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new JsonObject
        {
            ["kid"] = id,
            ["kty"] = "EC",
            ["key_ops"] = new JsonArray("sign", "verify"),
            ["crv"] = "P-256",
            ["x"] = Base64Url.EncodeToString(point.X),
            ["y"] = Base64Url.EncodeToString(point.Y),
        };
    }

    /// <summary>The version's attributes, as Key Vault returns them.</summary>
    public JsonObject ToAttributes() => new()
    {
        ["enabled"] = IsEnabled,
        ["created"] = Created,
        ["updated"] = Created,
        ["recoveryLevel"] = "Recoverable+Purgeable",
        ["recoverableDays"] = 90,
    };

    private ECDsa Import()
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(Pkcs8, out _);
        return key;
    }
}
