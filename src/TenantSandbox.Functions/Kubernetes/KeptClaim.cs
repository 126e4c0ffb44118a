using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Volumes;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>A claim in a tenant's namespace.</summary>
/// <param name="Name">Its name.</param>
/// <param name="StorageClassName">Its StorageClass.</param>
/// <param name="SizeMiB">What it requests, rounded up.</param>
internal sealed record KeptClaim(string Name, string StorageClassName, long SizeMiB)
{
    /// <summary>The claims that an earlier spec asked for and this one doesn't.</summary>
    public static IReadOnlyList<KeptClaim> Of(TenantSpec spec, IEnumerable<V1PersistentVolumeClaim> live)
    {
        var wanted = SpecClaims.Of(spec).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. live.Where(IsOfSpec)
                .Where(c => !wanted.Contains(c.Metadata.Name))
                .Select(c => new KeptClaim(c.Metadata.Name, c.Spec.StorageClassName ?? "", RequestMiB(c)))
                .OrderBy(c => c.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>Whether a claim was made for the <c>claims</c> of a request or by its StatefulSets; not an ephemeral one.</summary>
    public static bool IsOfSpec(V1PersistentVolumeClaim claim) => claim.Metadata.Annotations?.ContainsKey(Labels.OnOffboard) == true;

    /// <summary>What a claim requests, in MiB, rounded up.</summary>
    public static long RequestMiB(V1PersistentVolumeClaim claim) =>
        claim.Spec.Resources?.Requests?.TryGetValue("storage", out var size) == true ? (long)Math.Ceiling(size.ToDecimal() / (1024 * 1024)) : 0;
}
