using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Kinds;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>
/// Applies workloads whose replicas an autoscaler decides. What is applied under the app's field manager doesn't have <c>spec.replicas</c>,
/// so that neither side overwrites the other. Where the number must change all the same (at first, out of range, suspended, resumed, or when
/// the number becomes fixed) it is applied alone, under a manager of its own.
/// </summary>
internal sealed class ReplicaScaling(ClusterConnections connections)
{
    // Writes spec.replicas for an autoscaler.
    private const string Controller = "kube-controller-manager";

    /// <summary>Applies the object of a workload.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="workload">The workload; a Deployment or StatefulSet.</param>
    /// <param name="manifest">Its object.</param>
    /// <param name="live">What is there; null for nothing.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="SandboxException">Refused or failed.</exception>
    public Task ApplyAsync(
        DesiredTenant tenant, WorkloadSpec workload, IKubernetesObject<V1ObjectMeta> manifest, IKubernetesObject<V1ObjectMeta>? live,
        CancellationToken cancellationToken) => workload.Scaling is { } scaling
        ? ApplyInRangeAsync(tenant, ReplicaRange.Of(scaling), manifest, live, cancellationToken)
        : ApplyFixedAsync(tenant, manifest, live, cancellationToken);

    /// <summary>The number of replicas that an object asks for.</summary>
    public static int? ReplicasOf(IKubernetesObject<V1ObjectMeta> item) => item switch
    {
        V1Deployment deployment => deployment.Spec.Replicas,
        V1StatefulSet set => set.Spec.Replicas,
        _ => null,
    };

    /// <summary>The number that a workload in a range should have, given what it has.</summary>
    public static int Within(ReplicaRange range, int? current, bool isSuspended) =>
        isSuspended ? 0 : Math.Clamp(current.GetValueOrDefault(), range.Min, range.Max);

    private async Task ApplyInRangeAsync(
        DesiredTenant tenant, ReplicaRange range, IKubernetesObject<V1ObjectMeta> manifest, IKubernetesObject<V1ObjectMeta>? live,
        CancellationToken cancellationToken)
    {
        var replicas = Within(range, live is null ? null : ReplicasOf(live), tenant.IsSuspended);
        if (live is null)
        {
            // Otherwise it would begin with Kubernetes' default of one pod, also while the tenant is suspended.
            await connections.ApplyAsync(tenant.ClusterId, WithReplicas(manifest, replicas), cancellationToken);
        }

        if (live is null || ReplicasOf(live) != replicas || OwnersOf(live).Contains(ServerSideApply.FieldManager))
        {
            await connections.ScaleAsync(tenant.ClusterId, OnlyReplicas(manifest, replicas), cancellationToken);
        }

        await connections.ApplyAsync(tenant.ClusterId, manifest, cancellationToken);
    }

    private async Task ApplyFixedAsync(
        DesiredTenant tenant, IKubernetesObject<V1ObjectMeta> manifest, IKubernetesObject<V1ObjectMeta>? live, CancellationToken cancellationToken)
    {
        // It had an autoscaler before. Anyone else who owns the number is a conflict that a person must decide.
        var wasScaled = live is not null && OwnersOf(live).Any(o => o is Controller or ServerSideApply.ScaleManager);
        if (wasScaled)
        {
            await connections.ScaleAsync(tenant.ClusterId, OnlyReplicas(manifest, ReplicasOf(manifest)), cancellationToken);
        }

        await connections.ApplyAsync(tenant.ClusterId, manifest, cancellationToken);
        if (wasScaled)
        {
            await connections.ScaleAsync(tenant.ClusterId, OnlyReplicas(manifest, null), cancellationToken);
        }
    }

    private static HashSet<string> OwnersOf(IKubernetesObject<V1ObjectMeta> live) =>
    [
        .. (live.Metadata.ManagedFields ?? [])
            .Where(e => JsonSerializer.SerializeToNode(e.FieldsV1) is JsonObject fields && fields["f:spec"]?["f:replicas"] is not null)
            .Select(e => e.Manager),
    ];

    private static IKubernetesObject<V1ObjectMeta> WithReplicas(IKubernetesObject<V1ObjectMeta> manifest, int replicas)
    {
        if (manifest is V1StatefulSet)
        {
            var set = Copy<V1StatefulSet>(manifest);
            set.Spec.Replicas = replicas;
            return set;
        }

        var deployment = Copy<V1Deployment>(manifest);
        deployment.Spec.Replicas = replicas;
        return deployment;
    }

    private static T Copy<T>(IKubernetesObject<V1ObjectMeta> manifest) => KubernetesJson.Deserialize<T>(KubernetesJson.Serialize(manifest));

    private static IKubernetesObject<V1ObjectMeta> OnlyReplicas(IKubernetesObject<V1ObjectMeta> manifest, int? replicas)
    {
        var metadata = new V1ObjectMeta { Name = manifest.Metadata.Name, NamespaceProperty = manifest.Metadata.NamespaceProperty };
        return manifest is V1StatefulSet
            ? new V1StatefulSet
            {
                ApiVersion = manifest.ApiVersion,
                Kind = manifest.Kind,
                Metadata = metadata,
                Spec = replicas is null ? null : new V1StatefulSetSpec { Replicas = replicas },
            }
            : new V1Deployment
            {
                ApiVersion = manifest.ApiVersion,
                Kind = manifest.Kind,
                Metadata = metadata,
                Spec = replicas is null ? null : new V1DeploymentSpec { Replicas = replicas },
            };
    }
}
