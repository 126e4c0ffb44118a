using System.Globalization;
using k8s.Models;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>The tenant's namespace, which enforces the restricted Pod Security Standard, and the service account of its pods.</summary>
internal static class NamespaceManifest
{
    /// <summary>The service account of every workload; it has no token and no permissions.</summary>
    public const string ServiceAccountName = "tenant-workload";

    public static string NameOf(string tenantId) => $"{TenantSandboxOptions.NamespacePrefix}{tenantId}";

    public static V1Namespace Namespace(DesiredTenant tenant, TenantSandboxOptions options)
    {
        var labels = Labels.Of(options.Owner, tenant);
        AddPodSecurity(labels, options.Workloads);
        if (tenant is { IsSuspended: false, PoolName: { } pool })
        {
            labels[Labels.Pool] = pool;
        }

        return new V1Namespace
        {
            ApiVersion = "v1",
            Kind = "Namespace",
            Metadata = new V1ObjectMeta { Name = NameOf(tenant.TenantId), Labels = labels, Annotations = Annotations(tenant) },
        };
    }

    /// <summary>Makes a namespace with these labels enforce the restricted Pod Security Standard.</summary>
    public static void AddPodSecurity(Dictionary<string, string> labels, WorkloadOptions options)
    {
        foreach (var mode in (string[])["enforce", "audit", "warn"])
        {
            labels[$"pod-security.kubernetes.io/{mode}"] = "restricted";
            // Pinned, so that a cluster upgrade doesn't refuse pods that were accepted before.
            labels[$"pod-security.kubernetes.io/{mode}-version"] = options.PodSecurityVersion;
        }
    }

    public static V1ServiceAccount ServiceAccount(DesiredTenant tenant, TenantSandboxOptions options) => new()
    {
        ApiVersion = "v1",
        Kind = "ServiceAccount",
        Metadata = Metadata(ServiceAccountName, tenant, options),
        AutomountServiceAccountToken = false,
    };

    // With the labels they are enough to restore the tenant's state from its namespace.
    private static Dictionary<string, string> Annotations(DesiredTenant tenant)
    {
        var annotations = new Dictionary<string, string>
        {
            [Labels.Revision] = tenant.Revision.ToString(CultureInfo.InvariantCulture),
            [Labels.SpecHash] = tenant.SpecHash,
        };
        if (tenant.IsSuspended)
        {
            annotations[Labels.Suspended] = "true";
        }

        if (tenant.IsQuarantined)
        {
            annotations[Labels.Quarantined] = "true";
        }

        ExpiryAnnotations.Add(annotations, tenant.Expiry);
        return annotations;
    }

    /// <summary>Name, namespace and labels of an object in the tenant's namespace.</summary>
    public static V1ObjectMeta Metadata(string name, DesiredTenant tenant, TenantSandboxOptions options) => new()
    {
        Name = name,
        NamespaceProperty = NameOf(tenant.TenantId),
        Labels = Labels.Of(options.Owner, tenant),
    };
}
