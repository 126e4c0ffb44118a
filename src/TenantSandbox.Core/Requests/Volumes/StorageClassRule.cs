namespace TenantSandbox.Core.Requests.Volumes;

/// <summary>What an installation allows for claims of one StorageClass.</summary>
/// <param name="Name">The class's name, the same on every cluster of the installation.</param>
/// <param name="AccessModes">The access modes that claims may have.</param>
/// <param name="MaxClaimMiB">The largest claim.</param>
/// <param name="MaxTenantMiB">The most of this class that one tenant may have, over all its claims.</param>
/// <param name="AllowRetain">Whether a volume may be kept when its tenant is offboarded.</param>
public sealed record StorageClassRule(string Name, IReadOnlyList<string> AccessModes, int MaxClaimMiB, long MaxTenantMiB, bool AllowRetain);
