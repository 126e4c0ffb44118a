using System.Collections.Concurrent;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Functions.Azure.KeyVault;

namespace TenantSandbox.Functions.Isolation.Evidence;

/// <summary>
/// Signs with a key in Key Vault, which never leaves it. To rotate it, make a new version of the key (or set a rotation policy): reports are
/// signed with it after a few minutes, and older versions stay in the vault to verify older reports.
/// </summary>
/// <param name="keys">Key Vault's keys.</param>
/// <param name="key">The key's address, without version.</param>
/// <param name="time">The clock.</param>
internal sealed class VaultReportSigner(VaultKeys keys, Uri key, TimeProvider time) : IReportSigner
{
    /// <summary>How long the current version is remembered, which saves a call for each report.</summary>
    private static readonly TimeSpan CurrentFor = TimeSpan.FromMinutes(5);

    // A version never changes.
    private readonly ConcurrentDictionary<Uri, VaultKey> _versions = new();
    private volatile CurrentKey? _current;

    public async Task<ReportSigningKey> GetKeyAsync(CancellationToken cancellationToken)
    {
        var current = _current is { } known && time.GetUtcNow() < known.Until ? known.Key : await ReadCurrentAsync(cancellationToken);
        return new ReportSigningKey(current.PublicKey, async (hash, cancel) =>
        {
            try
            {
                return await keys.SignAsync(current.Version, hash, cancel);
            }
            catch (SandboxException)
            {
                // The version may have been disabled, so that the next attempt needs the new one.
                _current = null;
                throw;
            }
        });
    }

    public async Task<IReadOnlyList<ReportKey>> ListKeysAsync(CancellationToken cancellationToken)
    {
        List<ReportKey> found = [(await GetKeyAsync(cancellationToken)).PublicKey];
        foreach (var version in await keys.ListVersionsAsync(key, cancellationToken))
        {
            if (!_versions.TryGetValue(version, out var known))
            {
                known = _versions[version] = await keys.GetAsync(version, cancellationToken);
            }

            found.Add(known.PublicKey);
        }

        return [.. found.DistinctBy(k => k.Id)];
    }

    private async Task<VaultKey> ReadCurrentAsync(CancellationToken cancellationToken)
    {
        var read = await keys.GetAsync(key, cancellationToken);
        _versions[read.Version] = read;
        _current = new CurrentKey(read, time.GetUtcNow() + CurrentFor);
        return read;
    }

    private sealed record CurrentKey(VaultKey Key, DateTimeOffset Until);
}
