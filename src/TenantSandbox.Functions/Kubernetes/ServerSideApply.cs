using k8s;
using k8s.Models;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Server-side apply, with one field manager for all objects of this system.</summary>
internal static class ServerSideApply
{
    public const string FieldManager = "tenantsandbox";

    // API servers that know the parameter refuse unknown fields instead of dropping them.
    private const string Validation = "Strict";

    /// <summary>
    /// Applies the object. Fields of another manager are a conflict and are not overwritten, because they were set on purpose.
    /// </summary>
    /// <param name="client">The cluster's client.</param>
    /// <param name="manifest">The object, with the fields that this system manages.</param>
    /// <param name="isDryRun">True to run schema, admission and quota without storing anything.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static Task ApplyAsync(
        this IKubernetes client, IKubernetesObject<V1ObjectMeta> manifest, bool isDryRun, CancellationToken cancellationToken)
    {
        var dryRun = isDryRun ? "All" : null;
        var patch = new V1Patch(manifest, V1Patch.PatchType.ApplyPatch);
        var name = manifest.Metadata.Name;
        var ns = manifest.Metadata.NamespaceProperty;
        return manifest switch
        {
            V1Namespace => client.CoreV1.PatchNamespaceAsync(
                patch, name, dryRun: dryRun, fieldManager: FieldManager, fieldValidation: Validation, cancellationToken: cancellationToken),
            V1RuntimeClass => client.NodeV1.PatchRuntimeClassAsync(
                patch, name, dryRun: dryRun, fieldManager: FieldManager, fieldValidation: Validation, cancellationToken: cancellationToken),
            V1ResourceQuota => client.CoreV1.PatchNamespacedResourceQuotaAsync(
                patch, name, ns, dryRun: dryRun, fieldManager: FieldManager, fieldValidation: Validation, cancellationToken: cancellationToken),
            V1LimitRange => client.CoreV1.PatchNamespacedLimitRangeAsync(
                patch, name, ns, dryRun: dryRun, fieldManager: FieldManager, fieldValidation: Validation, cancellationToken: cancellationToken),
            V1ServiceAccount => client.CoreV1.PatchNamespacedServiceAccountAsync(
                patch, name, ns, dryRun: dryRun, fieldManager: FieldManager, fieldValidation: Validation, cancellationToken: cancellationToken),
            // Values that others set on purpose have no place in a Secret that comes from a vault.
            V1Secret => client.CoreV1.PatchNamespacedSecretAsync(
                patch, name, ns, dryRun: dryRun, fieldManager: FieldManager, fieldValidation: Validation, force: true, cancellationToken: cancellationToken),
            V1NetworkPolicy => client.NetworkingV1.PatchNamespacedNetworkPolicyAsync(
                patch, name, ns, dryRun: dryRun, fieldManager: FieldManager, fieldValidation: Validation, cancellationToken: cancellationToken),
            V1Deployment => client.AppsV1.PatchNamespacedDeploymentAsync(
                patch, name, ns, dryRun: dryRun, fieldManager: FieldManager, fieldValidation: Validation, cancellationToken: cancellationToken),
            V1Pod => client.CoreV1.PatchNamespacedPodAsync(
                patch, name, ns, dryRun: dryRun, fieldManager: FieldManager, fieldValidation: Validation, cancellationToken: cancellationToken),
            V1Service => client.CoreV1.PatchNamespacedServiceAsync(
                patch, name, ns, dryRun: dryRun, fieldManager: FieldManager, fieldValidation: Validation, cancellationToken: cancellationToken),
            _ => throw new ArgumentException($"Objects of type {manifest.GetType().Name} are not supported.", nameof(manifest)),
        };
    }
}
