using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Deletes single objects.</summary>
internal static class ObjectDeletion
{
    /// <summary>Requests the deletion of exactly the object that was read; succeeds if it is gone.</summary>
    /// <param name="connections">The clusters.</param>
    /// <param name="clusterId">The cluster.</param>
    /// <param name="kind">The object's kind, for messages.</param>
    /// <param name="metadata">The object, as it was read.</param>
    /// <param name="delete">The call.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <param name="propagation">What happens to the objects that it owns: <c>Background</c> or <c>Foreground</c>.</param>
    public static Task DeleteAsync(
        this ClusterConnections connections, string clusterId, string kind, V1ObjectMeta metadata,
        Func<IKubernetes, V1DeleteOptions, Task> delete, CancellationToken cancellationToken, string propagation = "Background")
    {
        var body = new V1DeleteOptions
        {
            ApiVersion = "v1",
            Kind = "DeleteOptions",
            PropagationPolicy = propagation,
            Preconditions = new V1Preconditions { Uid = metadata.Uid },
        };
        return connections.CallAsync(
            clusterId,
            $"delete {kind} {metadata.NamespaceProperty}/{metadata.Name}",
            async client =>
            {
                try
                {
                    await delete(client, body);
                }
                catch (HttpOperationException e) when (KubernetesFailures.IsNotFound(e))
                {
                    // Deleted meanwhile.
                }
                catch (JsonException)
                {
                    // The client expects the deleted object in the response; some API servers return a Status.
                }

                return true;
            },
            cancellationToken);
    }
}
