using k8s;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>The installation's namespace for dry runs: no tenant's, so neither reconciled nor swept, and always empty.</summary>
internal static class DryRunNamespace
{
    public static string NameOf(TenantSandboxOptions options) => $"{options.Owner}-dry-runs";

    public static V1Namespace Namespace(TenantSandboxOptions options)
    {
        var labels = LabelsOf(options);
        NamespaceManifest.AddPodSecurity(labels, options.Workloads);
        return new V1Namespace
        {
            ApiVersion = "v1",
            Kind = "Namespace",
            Metadata = new V1ObjectMeta { Name = NameOf(options), Labels = labels },
        };
    }

    /// <summary>The account that tenants' pods name: admission refuses pods whose account doesn't exist.</summary>
    public static V1ServiceAccount ServiceAccount(TenantSandboxOptions options) => new()
    {
        ApiVersion = "v1",
        Kind = "ServiceAccount",
        Metadata = new V1ObjectMeta
        {
            Name = NamespaceManifest.ServiceAccountName,
            NamespaceProperty = NameOf(options),
            Labels = LabelsOf(options),
        },
        AutomountServiceAccountToken = false,
    };

    /// <summary>Whether what exists has all labels, and no token for its pods.</summary>
    public static bool IsAsWanted(IKubernetesObject<V1ObjectMeta> wanted, IKubernetesObject<V1ObjectMeta> found) =>
        wanted.Metadata.Labels.All(l => found.Metadata.Labels?.TryGetValue(l.Key, out var value) == true && value == l.Value)
        && found is not V1ServiceAccount { AutomountServiceAccountToken: not false };

    /// <exception cref="InvalidException">The namespace is someone else's.</exception>
    /// <exception cref="ConflictException">It is being deleted: the same call succeeds after that.</exception>
    public static void Require(V1Namespace found, TenantSandboxOptions options, string clusterId)
    {
        if (LabelsOf(options).Any(label => found.Metadata.Labels?.TryGetValue(label.Key, out var value) != true || value != label.Value))
        {
            throw new InvalidException(
                "NamespaceNotOwned",
                $"namespace {found.Metadata.Name} on cluster {clusterId} exists and isn't this installation's; it was not changed. "
                + "Dry runs of tenants' objects need this name: delete it, or set another Owner");
        }

        if (found.Metadata.DeletionTimestamp is not null)
        {
            throw new ConflictException("NamespaceTerminating", $"namespace {found.Metadata.Name} on cluster {clusterId} is still being deleted");
        }
    }

    private static Dictionary<string, string> LabelsOf(TenantSandboxOptions options) => new()
    {
        [Labels.ManagedBy] = Labels.Product,
        [Labels.DryRunsOf] = options.Owner,
    };
}
