using k8s;
using k8s.Models;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Server-side apply, with one field manager for all objects of this system, and one for the replicas of scaled workloads.</summary>
internal static class ServerSideApply
{
    public const string FieldManager = "tenantsandbox";

    /// <summary>The manager of <c>spec.replicas</c> where an autoscaler decides them, see <see cref="ReplicaScaling"/>.</summary>
    public const string ScaleManager = "tenantsandbox-scale";

    // API servers that know the parameter refuse unknown fields instead of dropping them.
    private const string Validation = "Strict";

    /// <summary>
    /// Applies the object. Fields of another manager are a conflict and are not overwritten, because they were set on purpose.
    /// </summary>
    /// <param name="client">The cluster's client.</param>
    /// <param name="manifest">The object, with the fields that this system manages.</param>
    /// <param name="isDryRun">True to run schema, admission and quota without storing anything.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static Task ApplyAsync(this IKubernetes client, IKubernetesObject<V1ObjectMeta> manifest, bool isDryRun, CancellationToken cancellationToken) =>
        client.ApplyAsync(manifest, FieldManager, isForced: false, isDryRun, cancellationToken);

    /// <summary>Applies the replicas of a workload, whoever owns them; without a spec, gives them up.</summary>
    /// <param name="client">The cluster's client.</param>
    /// <param name="replicas">A Deployment or StatefulSet that exists, with no field but <c>spec.replicas</c>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static Task ScaleAsync(this IKubernetes client, IKubernetesObject<V1ObjectMeta> replicas, CancellationToken cancellationToken) =>
        client.ApplyAsync(replicas, ScaleManager, isForced: true, isDryRun: false, cancellationToken);

    private static Task ApplyAsync(
        this IKubernetes client, IKubernetesObject<V1ObjectMeta> manifest, string manager, bool isForced, bool isDryRun, CancellationToken cancellationToken)
    {
        // Absent is false; the text of a request doesn't change with it.
        bool? force = isForced ? true : null;
        var dryRun = isDryRun ? "All" : null;
        var patch = new V1Patch(manifest, V1Patch.PatchType.ApplyPatch);
        var name = manifest.Metadata.Name;
        var ns = manifest.Metadata.NamespaceProperty;
        return manifest switch
        {
            V1Namespace => client.CoreV1.PatchNamespaceAsync(
                patch, name, dryRun: dryRun, fieldManager: manager, fieldValidation: Validation, cancellationToken: cancellationToken),
            V1RuntimeClass => client.NodeV1.PatchRuntimeClassAsync(
                patch, name, dryRun: dryRun, fieldManager: manager, fieldValidation: Validation, cancellationToken: cancellationToken),
            V1PriorityClass => client.SchedulingV1.PatchPriorityClassAsync(
                patch, name, dryRun: dryRun, fieldManager: manager, fieldValidation: Validation, cancellationToken: cancellationToken),
            V1ValidatingAdmissionPolicy => client.AdmissionregistrationV1.PatchValidatingAdmissionPolicyAsync(
                patch, name, dryRun: dryRun, fieldManager: manager, fieldValidation: Validation, cancellationToken: cancellationToken),
            V1ValidatingAdmissionPolicyBinding => client.AdmissionregistrationV1.PatchValidatingAdmissionPolicyBindingAsync(
                patch, name, dryRun: dryRun, fieldManager: manager, fieldValidation: Validation, cancellationToken: cancellationToken),
            V1ResourceQuota => client.CoreV1.PatchNamespacedResourceQuotaAsync(
                patch, name, ns, dryRun: dryRun, fieldManager: manager, fieldValidation: Validation, cancellationToken: cancellationToken),
            V1LimitRange => client.CoreV1.PatchNamespacedLimitRangeAsync(
                patch, name, ns, dryRun: dryRun, fieldManager: manager, fieldValidation: Validation, cancellationToken: cancellationToken),
            V1ConfigMap => client.CoreV1.PatchNamespacedConfigMapAsync(
                patch, name, ns, dryRun: dryRun, fieldManager: FieldManager, fieldValidation: Validation, cancellationToken: cancellationToken),
            V1PersistentVolumeClaim => client.CoreV1.PatchNamespacedPersistentVolumeClaimAsync(
                patch, name, ns, dryRun: dryRun, fieldManager: FieldManager, fieldValidation: Validation, cancellationToken: cancellationToken),
            V1ServiceAccount => client.CoreV1.PatchNamespacedServiceAccountAsync(
                patch, name, ns, dryRun: dryRun, fieldManager: manager, fieldValidation: Validation, cancellationToken: cancellationToken),
            // Values that others set on purpose have no place in a Secret that comes from a vault.
            V1Secret => client.CoreV1.PatchNamespacedSecretAsync(
                patch, name, ns, dryRun: dryRun, fieldManager: FieldManager, fieldValidation: Validation, force: true, cancellationToken: cancellationToken),
            V1NetworkPolicy => client.NetworkingV1.PatchNamespacedNetworkPolicyAsync(
                patch, name, ns, dryRun: dryRun, fieldManager: manager, fieldValidation: Validation, cancellationToken: cancellationToken),
            V1Deployment => client.AppsV1.PatchNamespacedDeploymentAsync(
                patch, name, ns, dryRun: dryRun, fieldManager: manager, fieldValidation: Validation, force: force, cancellationToken: cancellationToken),
            V1StatefulSet => client.AppsV1.PatchNamespacedStatefulSetAsync(
                patch, name, ns, dryRun: dryRun, fieldManager: manager, fieldValidation: Validation, force: force, cancellationToken: cancellationToken),
            V1DaemonSet => client.AppsV1.PatchNamespacedDaemonSetAsync(
                patch, name, ns, dryRun: dryRun, fieldManager: manager, fieldValidation: Validation, cancellationToken: cancellationToken),
            V1Job => client.BatchV1.PatchNamespacedJobAsync(
                patch, name, ns, dryRun: dryRun, fieldManager: manager, fieldValidation: Validation, cancellationToken: cancellationToken),
            V1CronJob => client.BatchV1.PatchNamespacedCronJobAsync(
                patch, name, ns, dryRun: dryRun, fieldManager: manager, fieldValidation: Validation, cancellationToken: cancellationToken),
            V2HorizontalPodAutoscaler => client.AutoscalingV2.PatchNamespacedHorizontalPodAutoscalerAsync(
                patch, name, ns, dryRun: dryRun, fieldManager: manager, fieldValidation: Validation, cancellationToken: cancellationToken),
            V1Pod => client.CoreV1.PatchNamespacedPodAsync(
                patch, name, ns, dryRun: dryRun, fieldManager: manager, fieldValidation: Validation, cancellationToken: cancellationToken),
            V1Service => client.CoreV1.PatchNamespacedServiceAsync(
                patch, name, ns, dryRun: dryRun, fieldManager: manager, fieldValidation: Validation, cancellationToken: cancellationToken),
            HttpRoute or CiliumNetworkPolicy => PatchCustomAsync(client, patch, manifest, dryRun, cancellationToken),
            _ => throw new ArgumentException($"Objects of type {manifest.GetType().Name} are not supported.", nameof(manifest)),
        };
    }

    private static Task<object> PatchCustomAsync(
        IKubernetes client, V1Patch patch, IKubernetesObject<V1ObjectMeta> manifest, string? dryRun, CancellationToken cancellationToken)
    {
        var kind = CustomObjects.EntityOf(manifest.GetType());
        return client.CustomObjects.PatchNamespacedCustomObjectAsync(
            patch, kind.Group, kind.ApiVersion, manifest.Metadata.NamespaceProperty, kind.PluralName, manifest.Metadata.Name,
            dryRun: dryRun, fieldManager: FieldManager, fieldValidation: Validation, cancellationToken: cancellationToken);
    }
}
