namespace TenantSandbox.Core.Requests.Volumes;

/// <summary>The persistent claims of a tenant: its own, and those that its StatefulSets make for their pods.</summary>
public static class SpecClaims
{
    /// <summary>All of them, by the names that they have in the cluster.</summary>
    public static IEnumerable<ClaimSpec> Of(TenantSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return (spec.Claims ?? []).Concat(OfPods(spec));
    }

    /// <summary>Those that StatefulSets make, for as many pods as they can have.</summary>
    public static IEnumerable<ClaimSpec> OfPods(TenantSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return spec.Workloads.SelectMany(ClaimTemplate.ClaimsOf);
    }

    /// <summary>Whether there are any.</summary>
    public static bool Any(TenantSpec spec) => Of(spec).Any();
}
