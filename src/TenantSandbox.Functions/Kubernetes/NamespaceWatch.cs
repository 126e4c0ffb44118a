using k8s;
using k8s.Models;
using Microsoft.Extensions.Options;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Watches the deletion of a namespace for a bounded time.</summary>
internal sealed class NamespaceWatch(ClusterConnections connections, IOptions<TenantSandboxOptions> options)
{
    /// <summary>True as soon as it is deleted; false when the time is up or the watch ended.</summary>
    public Task<bool> UntilGoneAsync(string clusterId, V1Namespace found, CancellationToken cancellationToken)
    {
        var name = found.Metadata.Name;
        var selector = $"metadata.name={name}";
        return connections.CallAsync(
            clusterId,
            $"watch namespace {name}",
            async client =>
            {
                // The watch starts where this list ends, so that a deletion in between isn't missed.
                var list = await client.CoreV1.ListNamespaceAsync(fieldSelector: selector, cancellationToken: cancellationToken);
                if (list.Items.All(n => n.Metadata.Uid != found.Metadata.Uid))
                {
                    return true;
                }

                var events = client.CoreV1.WatchListNamespaceAsync(
                    fieldSelector: selector,
                    resourceVersion: list.Metadata.ResourceVersion,
                    timeoutSeconds: options.Value.Timing.WatchSeconds,
                    cancellationToken: cancellationToken);
                await foreach (var (type, _) in events.UntilEndAsync(cancellationToken))
                {
                    if (type == WatchEventType.Deleted)
                    {
                        return true;
                    }
                }

                return false;
            },
            cancellationToken);
    }
}
