using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Baseline;

namespace TenantSandbox.Functions.Tests.Orchestrations;

/// <summary>The clusters' baselines.</summary>
internal sealed partial class FakeCloud
{
    /// <summary>Clusters whose baseline isn't applied yet.</summary>
    public HashSet<string> WithoutBaseline { get; } = new(StringComparer.Ordinal);

    /// <summary>Clusters that serve no admission policies.</summary>
    public HashSet<string> WithoutPolicies { get; } = new(StringComparer.Ordinal);

    /// <summary>What the next check of a cluster's baseline finds changed.</summary>
    public Dictionary<string, BaselineChange[]> BaselineDrift { get; } = new(StringComparer.Ordinal);

    private BaselineReport ApplyBaseline(BaselineRequest request)
    {
        if (WithoutPolicies.Contains(request.ClusterId))
        {
            throw new InvalidException("AdmissionPoliciesMissing", $"cluster {request.ClusterId} doesn't serve ValidatingAdmissionPolicies");
        }

        var isFirst = WithoutBaseline.Remove(request.ClusterId);
        BaselineDrift.Remove(request.ClusterId, out var drift);
        return new(request.ClusterId, HasPolicies: true, isFirst, 50, drift ?? [], 0);
    }

    private AdmissionAnswer CheckAdmission(PlacedTenant tenant)
    {
        if (WithoutBaseline.Contains(tenant.ClusterId) || WithoutPolicies.Contains(tenant.ClusterId))
        {
            return new([], NeedsBaseline: true);
        }

        _checked.Add(tenant);
        return new(Refusals.GetValueOrDefault(tenant.ClusterId, []), VolumeZones);
    }
}
