using k8s;
using k8s.Models;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Kubernetes.Baseline;

/// <summary>Reads and writes the objects of one cluster's baseline.</summary>
internal sealed class BaselineObjects(ClusterConnections connections, string clusterId, CancellationToken cancellationToken)
{
    /// <summary>The user that the cluster takes the app for; null where the cluster doesn't tell (before Kubernetes 1.28).</summary>
    public async Task<string?> FindUserAsync()
    {
        var review = await connections.FindAsync(
            clusterId,
            "ask for the app's user name",
            client => client.AuthenticationV1.CreateSelfSubjectReviewAsync(
                new V1SelfSubjectReview { ApiVersion = "authentication.k8s.io/v1", Kind = "SelfSubjectReview" }, cancellationToken: cancellationToken),
            cancellationToken);
        return review?.Status?.UserInfo?.Username is { Length: > 0 } name ? name : null;
    }

    public Task<V1Namespace?> FindNamespaceAsync(string name) => connections.FindAsync(
        clusterId, $"read namespace {name}", client => client.CoreV1.ReadNamespaceAsync(name, cancellationToken: cancellationToken), cancellationToken);

    public Task<V1ConfigMap?> FindSettingsAsync(V1ObjectMeta metadata) => connections.FindAsync(
        clusterId,
        $"read ConfigMap {metadata.NamespaceProperty}/{metadata.Name}",
        client => client.CoreV1.ReadNamespacedConfigMapAsync(metadata.Name, metadata.NamespaceProperty, cancellationToken: cancellationToken),
        cancellationToken);

    /// <summary>All policies and bindings of the cluster, whoever made them; null if it doesn't serve them.</summary>
    public async Task<IReadOnlyList<IKubernetesObject<V1ObjectMeta>>?> FindPoliciesAsync()
    {
        var policies = await connections.FindAsync(
            clusterId,
            "list ValidatingAdmissionPolicies",
            client => client.AdmissionregistrationV1.ListValidatingAdmissionPolicyAsync(cancellationToken: cancellationToken),
            cancellationToken);
        var bindings = policies is null ? null : await connections.FindAsync(
            clusterId,
            "list ValidatingAdmissionPolicyBindings",
            client => client.AdmissionregistrationV1.ListValidatingAdmissionPolicyBindingAsync(cancellationToken: cancellationToken),
            cancellationToken);
        return bindings is null ? null : [.. policies!.Items, .. bindings.Items];
    }

    /// <summary>All RuntimeClasses and PriorityClasses of the cluster, whoever made them.</summary>
    public async Task<IReadOnlyList<IKubernetesObject<V1ObjectMeta>>> ListClassesAsync()
    {
        var runtimeClasses = await connections.CallAsync(
            clusterId, "list RuntimeClasses", client => client.NodeV1.ListRuntimeClassAsync(cancellationToken: cancellationToken), cancellationToken);
        var priorityClasses = await connections.CallAsync(
            clusterId, "list PriorityClasses", client => client.SchedulingV1.ListPriorityClassAsync(cancellationToken: cancellationToken), cancellationToken);
        return [.. runtimeClasses.Items, .. priorityClasses.Items];
    }

    /// <summary>The object of the app's own namespace that has the name of another; null if there is none.</summary>
    public async Task<IKubernetesObject<V1ObjectMeta>?> FindAsync(IKubernetesObject<V1ObjectMeta> wanted)
    {
        var (name, ns) = (wanted.Metadata.Name, wanted.Metadata.NamespaceProperty);
        return wanted switch
        {
            V1Namespace => await FindNamespaceAsync(name),
            V1Deployment => await connections.FindAsync(
                clusterId,
                $"read Deployment {ns}/{name}",
                client => client.AppsV1.ReadNamespacedDeploymentAsync(name, ns, cancellationToken: cancellationToken),
                cancellationToken),
            V1DaemonSet => await connections.FindAsync(
                clusterId,
                $"read DaemonSet {ns}/{name}",
                client => client.AppsV1.ReadNamespacedDaemonSetAsync(name, ns, cancellationToken: cancellationToken),
                cancellationToken),
            V1NetworkPolicy => await connections.FindAsync(
                clusterId,
                $"read NetworkPolicy {ns}/{name}",
                client => client.NetworkingV1.ReadNamespacedNetworkPolicyAsync(name, ns, cancellationToken: cancellationToken),
                cancellationToken),
            _ => throw new ArgumentException($"Objects of type {wanted.GetType().Name} are not supported.", nameof(wanted)),
        };
    }

    /// <summary>Makes an object that doesn't exist.</summary>
    public Task CreateAsync(IKubernetesObject<V1ObjectMeta> wanted) => connections.ApplyAsync(clusterId, wanted, cancellationToken);

    /// <summary>
    /// Replaces what was found, and nothing newer. An apply would leave what others have added, such as an exception in a binding or a user in
    /// the settings. Labels and annotations of others stay.
    /// </summary>
    /// <param name="wanted">As it should be; gets the identity of what was found.</param>
    /// <param name="found">As it was read.</param>
    public Task ReplaceAsync(IKubernetesObject<V1ObjectMeta> wanted, IKubernetesObject<V1ObjectMeta> found)
    {
        var (labels, annotations) = (wanted.Metadata.Labels, wanted.Metadata.Annotations);
        wanted.Metadata = found.Metadata;
        wanted.Metadata.Labels = Merge(found.Metadata.Labels, labels);
        wanted.Metadata.Annotations = Merge(found.Metadata.Annotations, annotations);
        if (wanted is V1Namespace ns)
        {
            ns.Spec = ((V1Namespace)found).Spec;
        }

        var name = wanted.Metadata.Name;
        return connections.CallAsync(clusterId, $"replace {wanted.Kind} {name}", client => ReplaceAsync(client, wanted, name), cancellationToken);
    }

    /// <summary>Deletes what was found, and no other object that has the name now.</summary>
    public Task DeleteAsync(string kind, IKubernetesObject<V1ObjectMeta> found)
    {
        var (name, ns) = (found.Metadata.Name, found.Metadata.NamespaceProperty);
        return connections.DeleteAsync(
            clusterId,
            kind,
            found.Metadata,
            (client, body) => found switch
            {
                V1ConfigMap => client.CoreV1.DeleteNamespacedConfigMapAsync(name, ns, body, cancellationToken: cancellationToken),
                V1Namespace => client.CoreV1.DeleteNamespaceAsync(name, body, cancellationToken: cancellationToken),
                V1RuntimeClass => client.NodeV1.DeleteRuntimeClassAsync(name, body, cancellationToken: cancellationToken),
                V1PriorityClass => client.SchedulingV1.DeletePriorityClassAsync(name, body, cancellationToken: cancellationToken),
                _ => throw new ArgumentException($"Objects of type {found.GetType().Name} are never deleted.", nameof(found)),
            },
            cancellationToken);
    }

    private async Task<bool> ReplaceAsync(IKubernetes client, IKubernetesObject<V1ObjectMeta> item, string name)
    {
        const string manager = ServerSideApply.FieldManager;
        _ = item switch
        {
            V1Namespace o => (object)await client.CoreV1.ReplaceNamespaceAsync(o, name, fieldManager: manager, cancellationToken: cancellationToken),
            V1ConfigMap o => await client.CoreV1.ReplaceNamespacedConfigMapAsync(
                o, name, o.Metadata.NamespaceProperty, fieldManager: manager, cancellationToken: cancellationToken),
            V1Deployment o => await client.AppsV1.ReplaceNamespacedDeploymentAsync(
                o, name, o.Metadata.NamespaceProperty, fieldManager: manager, cancellationToken: cancellationToken),
            V1DaemonSet o => await client.AppsV1.ReplaceNamespacedDaemonSetAsync(
                o, name, o.Metadata.NamespaceProperty, fieldManager: manager, cancellationToken: cancellationToken),
            V1NetworkPolicy o => await client.NetworkingV1.ReplaceNamespacedNetworkPolicyAsync(
                o, name, o.Metadata.NamespaceProperty, fieldManager: manager, cancellationToken: cancellationToken),
            V1RuntimeClass o => await client.NodeV1.ReplaceRuntimeClassAsync(o, name, fieldManager: manager, cancellationToken: cancellationToken),
            V1PriorityClass o => await client.SchedulingV1.ReplacePriorityClassAsync(o, name, fieldManager: manager, cancellationToken: cancellationToken),
            V1ValidatingAdmissionPolicy o => await client.AdmissionregistrationV1.ReplaceValidatingAdmissionPolicyAsync(
                o, name, fieldManager: manager, cancellationToken: cancellationToken),
            V1ValidatingAdmissionPolicyBinding o => await client.AdmissionregistrationV1.ReplaceValidatingAdmissionPolicyBindingAsync(
                o, name, fieldManager: manager, cancellationToken: cancellationToken),
            _ => throw new ArgumentException($"Objects of type {item.GetType().Name} are not supported.", nameof(item)),
        };
        return true;
    }

    private static Dictionary<string, string>? Merge(IDictionary<string, string>? found, IDictionary<string, string>? wanted) =>
        found is null && wanted is null
            ? null
            : new(new[] { wanted, found }.OfType<IDictionary<string, string>>().SelectMany(m => m).DistinctBy(m => m.Key, StringComparer.Ordinal));
}
