using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Tests.Orchestrations;

/// <summary>The volumes of tenants, and what clusters say about them.</summary>
internal sealed partial class FakeCloud
{
    private readonly List<PlacedTenant> _checked = [];

    /// <summary>What became of the volumes when a namespace on a cluster was deleted.</summary>
    public Dictionary<string, IReadOnlyList<ReleasedVolume>> Volumes { get; } = new(StringComparer.Ordinal);

    /// <summary>The zones of the tenants' volumes; null for none.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? VolumeZones { get; set; }

    /// <summary>What clusters were asked about, the last at the end.</summary>
    public IReadOnlyList<PlacedTenant> Checked => _checked;
}
