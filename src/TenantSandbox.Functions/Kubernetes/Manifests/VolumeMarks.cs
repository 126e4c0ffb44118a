using System.Security.Cryptography;
using System.Text.Json;
using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Volumes;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>What the app adds to a pod template because of its volumes. A template without any stays as it is.</summary>
internal static class VolumeMarks
{
    public static void Set(V1PodTemplateSpec template, WorkloadSpec workload, DesiredTenant tenant, TenantSandboxOptions options)
    {
        var used = TemplateVolumes.Of(workload);
        if (used.ConfigMaps.Count > 0)
        {
            template.Metadata.Annotations = new Dictionary<string, string>(template.Metadata.Annotations ?? new Dictionary<string, string>())
            {
                [Labels.ConfigHash] = Hash(tenant.Spec, used.ConfigMaps),
            };
        }

        foreach (var claim in (template.Spec.Volumes ?? []).Select(v => v.Ephemeral?.VolumeClaimTemplate).OfType<V1PersistentVolumeClaimTemplate>())
        {
            claim.Metadata ??= new V1ObjectMeta();
            SetLabels(claim.Metadata, workload, tenant, options);
            claim.Spec.VolumeMode = "Filesystem";
        }
    }

    /// <summary>Adds the labels by which the claims of pods are found to those that the sender gave.</summary>
    public static void SetLabels(V1ObjectMeta claim, WorkloadSpec workload, DesiredTenant tenant, TenantSandboxOptions options) =>
        claim.Labels = new Dictionary<string, string>(
            Labels.Of(options.Owner, tenant).Append(new(Labels.Workload, workload.Name)).Concat(claim.Labels ?? new Dictionary<string, string>())
                .DistinctBy(l => l.Key));

    // Serialized, so that no two contents have one text.
    private static string Hash(TenantSpec spec, IReadOnlyList<string> names)
    {
        var maps = (spec.ConfigMaps ?? []).Where(m => names.Contains(m.Name, StringComparer.Ordinal)).OrderBy(m => m.Name, StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes<IEnumerable<ConfigMapSpec>>(maps)));
    }
}
