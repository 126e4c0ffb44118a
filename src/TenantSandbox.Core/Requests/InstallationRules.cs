using TenantSandbox.Core.Requests.Identities;
using TenantSandbox.Core.Requests.Network;
using TenantSandbox.Core.Requests.Secrets;
using TenantSandbox.Core.Requests.Volumes;

namespace TenantSandbox.Core.Requests;

/// <summary>What one installation allows in requests, beyond the rules that all have.</summary>
/// <param name="AllowWritableRoot">Whether a container may have a writable root file system.</param>
/// <param name="MinId">The least user id and group id that a pod may state, 1 or more.</param>
/// <param name="MaxId">The greatest.</param>
public sealed record InstallationRules(bool AllowWritableRoot = false, long MinId = 1, long MaxId = int.MaxValue)
{
    /// <summary>The StorageClasses that claims may have, each with its limits; none by default.</summary>
    public IReadOnlyList<StorageClassRule> StorageClasses { get; init; } = [];

    /// <summary>The defaults of an installation.</summary>
    public static InstallationRules Default { get; } = new();

    /// <summary>What is allowed in the network.</summary>
    public NetworkRules Network { get; init; } = NetworkRules.None;

    /// <summary>The secrets that tenants may name.</summary>
    public SecretAssignments Secrets { get; init; } = SecretAssignments.None;

    /// <summary>The identities that tenants may use.</summary>
    public IdentityAssignments Identities { get; init; } = IdentityAssignments.None;
}
