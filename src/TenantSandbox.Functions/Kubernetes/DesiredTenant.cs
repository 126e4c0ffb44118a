using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Specs;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>A placed tenant with its spec: what manifests are made from.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">The incarnation.</param>
/// <param name="Revision">The revision.</param>
/// <param name="ClusterId">The cluster.</param>
/// <param name="PoolName">The pool; null only for a suspended tenant.</param>
/// <param name="SizeClasses">The pool's RuntimeClasses.</param>
/// <param name="SpecHash">The spec's hash.</param>
/// <param name="Spec">The desired state.</param>
/// <param name="Former">What still runs while this is rolled out.</param>
/// <param name="IsSuspended">Whether all workloads have no replicas.</param>
/// <param name="Expiry">When it expires; null for never.</param>
internal sealed record DesiredTenant(
    string TenantId,
    int Incarnation,
    long Revision,
    string ClusterId,
    string? PoolName,
    IReadOnlyList<KataSizeClass> SizeClasses,
    string SpecHash,
    TenantSpec Spec,
    FormerTenant? Former = null,
    bool IsSuspended = false,
    TenantExpiry? Expiry = null)
{
    /// <summary>
    /// The versions that the values of its Secrets are of, by the Secret's name, as <c>SecretManifest</c> writes them; empty until they are known.
    /// </summary>
    public IReadOnlyDictionary<string, string> SecretVersions { get; init; } = new Dictionary<string, string>();

    /// <summary>The namespace.</summary>
    public TenantNamespaceRef Namespace => new(TenantId, Incarnation, ClusterId);

    /// <summary>Whether its connections are closed. Its namespace says so, for a rebuild after the task hub was lost.</summary>
    public bool IsQuarantined { get; init; }

    /// <summary>Claims of earlier specs that still exist: an update deletes no data.</summary>
    public IReadOnlyList<KeptClaim> KeptClaims { get; init; } = [];

    /// <summary>Whether pods of the former placement run in another pool.</summary>
    public bool IsMoving => Former is { PoolName: { } former } && former != PoolName;
}

/// <summary>What still runs of a tenant.</summary>
/// <param name="Spec">Its spec.</param>
/// <param name="PoolName">The pool of its pods.</param>
/// <param name="SizeClasses">That pool's RuntimeClasses.</param>
internal sealed record FormerTenant(TenantSpec Spec, string? PoolName, IReadOnlyList<KataSizeClass> SizeClasses);

/// <summary>Reads the specs that activities need.</summary>
internal sealed class DesiredTenants(ISpecStore specs)
{
    /// <exception cref="NotFoundException">Code <c>SpecUnknown</c>: the spec is not stored.</exception>
    public async Task<DesiredTenant> ReadAsync(PlacedTenant placed, CancellationToken cancellationToken)
    {
        var spec = placed.Spec ?? await specs.ReadAsync(
            placed.SpecHash ?? throw new NotFoundException("SpecUnknown", $"tenant {placed.TenantId} names no spec; send its request again with a higher revision"),
            cancellationToken);
        var former = placed.Former is { } before
            ? new FormerTenant(await specs.ReadAsync(before.SpecHash, cancellationToken), before.PoolName, before.SizeClasses)
            : null;
        return new DesiredTenant(
            placed.TenantId, placed.Incarnation, placed.Revision, placed.ClusterId, placed.PoolName, placed.SizeClasses,
            placed.SpecHash ?? SpecRef.Of(spec).Hash, spec, former, Expiry: placed.Expiry);
    }
}
