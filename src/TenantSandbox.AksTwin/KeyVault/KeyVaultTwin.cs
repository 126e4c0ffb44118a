using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace TenantSandbox.AksTwin.KeyVault;

/// <summary>
/// The secrets and keys of some Azure Key Vaults. A vault exists once it has one of them; its name is enough, because vaults' names are unique in a cloud.
/// Names of vaults and secrets are case-insensitive. Thread-safe.
/// </summary>
public sealed class KeyVaultTwin
{
    private readonly TwinStore _store;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<(string Vault, string Name), VaultSecret> _secrets = new();

    internal KeyVaultTwin(TwinStore store, TimeProvider time)
    {
        (_store, _time) = (store, time);
        Keys = new(store, time);
        foreach (var (key, json) in store.Load("vault/"))
        {
            var parts = key.Split('/');
            _secrets[(parts[1], parts[2])] = JsonSerializer.Deserialize<VaultSecret>(json)!;
        }
    }

    /// <summary>Sets a secret, which makes a new version the current one.</summary>
    /// <param name="vault">The vault's name, such as <c>contoso</c>.</param>
    /// <param name="name">The secret's name.</param>
    /// <param name="value">The value.</param>
    /// <param name="expires">When it expires; null for never.</param>
    /// <returns>The new version.</returns>
    public string Set(string vault, string name, string value, DateTimeOffset? expires = null)
    {
        var attributes = new JsonObject();
        if (expires is { } at)
        {
            attributes["exp"] = at.ToUnixTimeSeconds();
        }

        return Set(vault, name, value, attributes).Version;
    }

    /// <summary>Creates a key on P-256 that signs, or a new version of it, which becomes the current one.</summary>
    /// <returns>The new version.</returns>
    public string CreateKey(string vault, string name) => Keys.Create(vault, name).Version;

    /// <summary>Enables or disables a version of a key.</summary>
    public void EnableKey(string vault, string name, string version, bool isEnabled) => Keys.Enable(vault, name, version, isEnabled);

    /// <summary>Enables or disables one version, or the current one.</summary>
    public void Enable(string vault, string name, bool isEnabled, string? version = null) =>
        Update(vault, name, version, new JsonObject { ["enabled"] = isEnabled });

    /// <summary>Deletes a secret with all of its versions.</summary>
    public void Delete(string vault, string name)
    {
        lock (_gate)
        {
            Save(vault, Find(vault, name) with { IsDeleted = true });
        }
    }

    internal SigningKeys Keys { get; }

    internal bool HasVault(string vault) => Keys.HasVault(vault) || _secrets.Keys.Any(k => string.Equals(k.Vault, vault, StringComparison.OrdinalIgnoreCase));

    /// <exception cref="VaultException">404: it doesn't exist or is deleted.</exception>
    internal VaultSecret Find(string vault, string name) =>
        _secrets.TryGetValue(Key(vault, name), out var secret) && !secret.IsDeleted ? secret : throw VaultException.NotFound(name);

    /// <exception cref="VaultException">404: it doesn't exist; 403: it is disabled.</exception>
    internal SecretVersion Get(string vault, string name, string? version)
    {
        var found = Version(Find(vault, name), version);
        return found.Attributes.GetBoolean("enabled") is false
            ? throw new VaultException(403, "Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled")
            : found;
    }

    /// <param name="vault">The vault.</param>
    /// <param name="name">The secret.</param>
    /// <param name="value">The value.</param>
    /// <param name="attributes">Attributes that the caller sets.</param>
    internal SecretVersion Set(string vault, string name, string value, JsonObject attributes)
    {
        lock (_gate)
        {
            if (_secrets.TryGetValue(Key(vault, name), out var before) && before.IsDeleted)
            {
                throw new VaultException(
                    409,
                    "Conflict",
                    $"Secret {name} is currently in a deleted but recoverable state, and its name cannot be reused.",
                    "ObjectIsDeletedButRecoverable");
            }

            var now = _time.GetUtcNow().ToUnixTimeSeconds();
            var all = new JsonObject
            {
                ["enabled"] = true,
                ["created"] = now,
                ["updated"] = now,
                ["recoveryLevel"] = "Recoverable+Purgeable",
                ["recoverableDays"] = 90,
            };
            Merge(attributes, all);
            var added = new SecretVersion(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), value, all);
            Save(vault, new VaultSecret(before?.Name ?? name, [.. before?.Versions ?? [], added]));
            return added;
        }
    }

    internal SecretVersion Update(string vault, string name, string? version, JsonObject attributes)
    {
        lock (_gate)
        {
            var secret = Find(vault, name);
            var found = Version(secret, version);
            var all = found.Attributes.DeepClone().AsObject();
            Merge(attributes, all);
            var changed = found with { Attributes = all };
            Save(vault, secret with { Versions = [.. secret.Versions.Select(v => v.Version == found.Version ? changed : v)] });
            return changed;
        }
    }

    private static SecretVersion Version(VaultSecret secret, string? version) => version is null
        ? secret.Versions[^1]
        : secret.Versions.FirstOrDefault(v => v.Version == version) ?? throw VaultException.NotFound($"{secret.Name}/{version}");

    private static void Merge(JsonObject from, JsonObject into)
    {
        foreach (var (name, value) in from)
        {
            into[name] = value?.DeepClone();
        }
    }

    private static (string Vault, string Name) Key(string vault, string name) => (vault.ToLowerInvariant(), name.ToLowerInvariant());

    private void Save(string vault, VaultSecret secret)
    {
        var key = Key(vault, secret.Name);
        _secrets[key] = secret;
        _store.Put($"vault/{key.Vault}/{key.Name}", JsonSerializer.SerializeToUtf8Bytes(secret));
    }
}
