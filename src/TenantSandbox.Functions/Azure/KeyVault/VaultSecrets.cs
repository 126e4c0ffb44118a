using System.Collections.Concurrent;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Secrets;

namespace TenantSandbox.Functions.Azure.KeyVault;

/// <summary>Reads tenants' secrets from Key Vault.</summary>
internal sealed class VaultSecrets(VaultClients clients, InstallationRules rules, TimeProvider time) : IDisposable
{
    /// <summary>Readings at the same time in one process: far below what a vault serves (4,000 in 10 seconds, Key Vault service limits).</summary>
    private const int MaxConcurrency = 8;

    private readonly SemaphoreSlim _slots = new(MaxConcurrency);

    public void Dispose() => _slots.Dispose();

    /// <summary>Begins a run, in which each distinct secret is read once.</summary>
    public VaultRun Begin() => new(this);

    /// <summary>Whether a tenant may have a secret by today's settings, which can be newer than its spec.</summary>
    /// <exception cref="InvalidException">Code <c>SecretNotAssigned</c>: it may not.</exception>
    public void Require(string tenantId, SecretUri secret)
    {
        if (!rules.Secrets.Allows(tenantId, secret))
        {
            throw new InvalidException(
                "SecretNotAssigned", $"secret {secret} is not assigned to tenant {tenantId}. Correct the settings Secrets__Rules, or name another one");
        }
    }

    /// <summary>Reads one secret.</summary>
    /// <exception cref="SandboxException">It can't be read.</exception>
    internal async Task<SecretReading> ReadAsync(SecretUri secret, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            var found = (await clients.Get(secret.Vault).GetSecretAsync(secret.Name, secret.Version, cancellationToken: cancellationToken)).Value;
            // Key Vault returns values outside their time of validity, for recovery; a workload must not run with one.
            var now = time.GetUtcNow();
            if (found.Properties.ExpiresOn <= now)
            {
                throw new InvalidException(
                    "SecretExpired", $"secret {secret} expired at {found.Properties.ExpiresOn:u}. Set a new version, or change its expiry");
            }

            if (found.Properties.NotBefore > now)
            {
                throw new InvalidException("SecretNotYetValid", $"secret {secret} is valid from {found.Properties.NotBefore:u} only");
            }

            return new(secret with { Version = found.Properties.Version }, found.Value);
        }
        catch (Exception e) when (e is not SandboxException && VaultFailures.IsFailure(e, cancellationToken))
        {
            throw VaultFailures.Translate(e, secret);
        }
        finally
        {
            _slots.Release();
        }
    }
}

/// <summary>The readings of one run of an activity. Values live no longer than it.</summary>
internal sealed class VaultRun(VaultSecrets secrets)
{
    private readonly ConcurrentDictionary<SecretUri, Lazy<Task<SecretReading>>> _readings = new();

    /// <summary>Reads a secret of a tenant, unless the run has it already.</summary>
    /// <exception cref="SandboxException">The tenant may not have it, or it can't be read.</exception>
    public Task<SecretReading> ReadAsync(string tenantId, SecretUri secret, CancellationToken cancellationToken)
    {
        secrets.Require(tenantId, secret);
        return _readings.GetOrAdd(secret, s => new(() => secrets.ReadAsync(s, cancellationToken))).Value;
    }
}
