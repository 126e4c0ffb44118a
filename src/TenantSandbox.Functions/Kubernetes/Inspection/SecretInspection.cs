using System.Text;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests.Secrets;
using TenantSandbox.Functions.Azure.KeyVault;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Kubernetes.Secrets;

namespace TenantSandbox.Functions.Kubernetes.Inspection;

/// <summary>
/// Compares a tenant's Secrets with Key Vault: missing ones, versions that are no longer current, and values that someone changed. Values are
/// compared in memory; findings have keys, addresses and versions only.
/// </summary>
/// <param name="contents">Reads the Secrets.</param>
/// <param name="vault">The run; a secret that several tenants share is read once.</param>
internal sealed class SecretInspection(SecretContents contents, VaultRun vault)
{
    private int _calls;

    /// <summary>Number of calls to the Kubernetes API so far: one for each Secret.</summary>
    public int Calls => _calls;

    /// <param name="tenant">The tenant.</param>
    /// <param name="applied">The metadata of its Secrets, by name.</param>
    /// <param name="cancellationToken">Cancels the comparison.</param>
    /// <exception cref="SandboxException">A Secret could not be read from the cluster.</exception>
    public async Task<IReadOnlyList<Finding>> InspectAsync(
        DesiredTenant tenant, IReadOnlyDictionary<string, SecretHead> applied, CancellationToken cancellationToken)
    {
        // A suspended tenant has no pods; its Secrets are read again when it resumes.
        if (tenant.IsSuspended || tenant.Spec.SecretRefs is not { } references)
        {
            return [];
        }

        var findings = await Task.WhenAll(references.Select(r => InspectAsync(tenant, r, applied.GetValueOrDefault(r.Name), cancellationToken)));
        return [.. findings.SelectMany(f => f)];
    }

    private async Task<IReadOnlyList<Finding>> InspectAsync(DesiredTenant tenant, SecretRef reference, SecretHead? head, CancellationToken cancellationToken)
    {
        var name = $"Secret/{reference.Name}";
        var findings = new List<Finding>();
        var current = new Dictionary<string, SecretReading>(StringComparer.Ordinal);
        var isComplete = true;
        foreach (var (key, secret) in reference.Addresses())
        {
            try
            {
                current[key] = await vault.ReadAsync(tenant.TenantId, secret, cancellationToken);
            }
            catch (SandboxException e)
            {
                isComplete = false;
                if (SecretContents.IsWithdrawn(e))
                {
                    findings.Add(new(FindingKind.SecretUnreadable, name, key, e.Message, IsRepairable: false));
                }
            }
        }

        if (head is null)
        {
            // What can't be read can't be written: the repair would fail again and again.
            findings.Add(new(FindingKind.ObjectMissing, name, null, "does not exist", IsRepairable: isComplete));
            return findings;
        }

        Interlocked.Increment(ref _calls);
        var live = (await contents.FindAsync(tenant, reference.Name, cancellationToken))?.Data ?? new Dictionary<string, byte[]>();
        var versions = SecretManifest.ReadVersions(head.Metadata);
        foreach (var (key, reading) in current)
        {
            if (!versions.TryGetValue(key, out var version) || version != reading.Resolved)
            {
                var message = $"version {reading.Resolved.Version} is in the vault, {Describe(version)} is applied";
                findings.Add(new(FindingKind.SecretOutdated, name, key, message, IsRepairable: true));
            }
            else if (!live.TryGetValue(key, out var value) || !value.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(reading.Value)))
            {
                findings.Add(new(FindingKind.FieldChanged, name, $"data.{key}", "has another value than the vault", IsRepairable: true));
            }
        }

        findings.AddRange(live.Keys.Where(k => !reference.Items.ContainsKey(k)).Order(StringComparer.Ordinal)
            .Select(k => new Finding(FindingKind.FieldChanged, name, $"data.{k}", "is not part of the spec", IsRepairable: true)));
        return findings;
    }

    private static string Describe(SecretUri? version) => version is null ? "none" : $"version {version.Version}";
}
