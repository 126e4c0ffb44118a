using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Volumes;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>A persistent claim of the request.</summary>
internal static class ClaimManifest
{
    public const string Delete = "delete";
    public const string Retain = "retain";

    public static V1PersistentVolumeClaim Claim(ClaimSpec claim, DesiredTenant tenant, TenantSandboxOptions options)
    {
        var metadata = NamespaceManifest.Metadata(claim.Name, tenant, options);
        metadata.Annotations = new Dictionary<string, string> { [Labels.OnOffboard] = PolicyOf(claim) };
        return new V1PersistentVolumeClaim
        {
            ApiVersion = "v1",
            Kind = "PersistentVolumeClaim",
            Metadata = metadata,
            Spec = new V1PersistentVolumeClaimSpec
            {
                AccessModes = [.. claim.AccessModes],
                StorageClassName = claim.StorageClassName,
                VolumeMode = "Filesystem",
                Resources = new V1VolumeResourceRequirements
                {
                    Requests = new Dictionary<string, ResourceQuantity> { ["storage"] = new(claim.Resources.Requests.Storage) },
                },
            },
        };
    }

    /// <summary>
    /// The value of the annotation <see cref="Labels.OnOffboard"/>: the offboarding has no spec, and a claim can outlive the spec that asked for it.
    /// </summary>
    public static string PolicyOf(ClaimSpec claim) => claim.OnOffboard == OffboardedVolume.Retain ? Retain : Delete;

    /// <summary>Whether a workload's pods use a volume that attaches to one node.</summary>
    public static bool UsesSingleAttach(WorkloadSpec workload, TenantSpec spec) =>
        spec.Claims is { } claims && TemplateVolumes.Of(workload).Claims.Any(name => claims.Any(c => c.Name == name && c.IsSingleAttach));
}
