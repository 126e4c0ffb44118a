using k8s;
using k8s.Models;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Lists and deletes the network policies of a namespace, of every kind that the app makes.</summary>
internal sealed class NamespacePolicies(ClusterConnections connections, IOptions<TenantSandboxOptions> options)
{
    /// <summary>NetworkPolicies, and CiliumNetworkPolicies where they are configured: elsewhere the app needs no permission to read them.</summary>
    /// <param name="clusterId">The cluster.</param>
    /// <param name="ns">The namespace.</param>
    /// <param name="selector">A label selector; null for all policies, whoever made them.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="SandboxException">A call failed.</exception>
    public async Task<IReadOnlyList<IKubernetesObject<V1ObjectMeta>>> ListAsync(string clusterId, string ns, string? selector, CancellationToken cancellationToken)
    {
        var policies = await connections.CallAsync(
            clusterId,
            $"list NetworkPolicies of {ns}",
            client => client.NetworkingV1.ListNamespacedNetworkPolicyAsync(ns, labelSelector: selector, cancellationToken: cancellationToken),
            cancellationToken);
        var hostPolicies = options.Value.AllowsEgressByHostName(clusterId)
            ? await connections.FindAsync(
                clusterId, $"list CiliumNetworkPolicies of {ns}", client => client.ListAsync<CiliumNetworkPolicy>(ns, selector, cancellationToken), cancellationToken)
            : null;
        return [.. policies.Items, .. hostPolicies?.Items ?? []];
    }

    /// <summary>Deletes a listed policy, and no other one that has its name now.</summary>
    /// <exception cref="SandboxException">The call failed.</exception>
    public Task DeleteAsync(string clusterId, IKubernetesObject<V1ObjectMeta> policy, CancellationToken cancellationToken) => connections.DeleteAsync(
        clusterId,
        KindOf(policy),
        policy.Metadata,
        (client, body) => policy is CiliumNetworkPolicy
            ? client.DeleteAsync<CiliumNetworkPolicy>(policy.Metadata, body, cancellationToken)
            : client.NetworkingV1.DeleteNamespacedNetworkPolicyAsync(
                policy.Metadata.Name, policy.Metadata.NamespaceProperty, body, cancellationToken: cancellationToken),
        cancellationToken);

    /// <summary>The kind of a listed policy; items of lists come without it.</summary>
    public static string KindOf(IKubernetesObject<V1ObjectMeta> policy) => policy is CiliumNetworkPolicy ? CiliumNetworkPolicy.KindName : V1NetworkPolicy.KubeKind;
}
