using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Applies, suspends and deletes the tenants' Deployments and Services, with the ConfigMaps and claims that they use.</summary>
internal sealed partial class TenantWorkloads(
    ClusterConnections connections,
    TenantNamespaces namespaces,
    DesiredTenants tenants,
    IOptions<TenantSandboxOptions> options,
    ILogger<TenantWorkloads> logger)
{
    /// <summary>
    /// Makes the namespace contain exactly the Deployments, Services and ConfigMaps of the tenant's spec, and at least its claims: a claim is
    /// never deleted here.
    /// </summary>
    /// <exception cref="SandboxException">Refused (a namespace that is missing or not the tenant's, another field manager) or failed.</exception>
    [Function(ActivityNames.ApplyWorkloads)]
    public async Task ApplyAsync([ActivityTrigger] PlacedTenant placed, CancellationToken cancellationToken) =>
        await ApplyDesiredAsync(await tenants.ReadAsync(placed, cancellationToken), cancellationToken);

    /// <summary>
    /// Scales every workload to zero and marks the namespace as suspended. Guardrails and Services stay as they are in the spec, and are
    /// restored where they are missing.
    /// </summary>
    /// <exception cref="SandboxException">Refused or failed.</exception>
    [Function(ActivityNames.SuspendWorkloads)]
    public async Task SuspendAsync([ActivityTrigger] PlacedTenant placed, CancellationToken cancellationToken)
    {
        var tenant = (await tenants.ReadAsync(placed, cancellationToken)) with { IsSuspended = true };
        await namespaces.ApplyDesiredAsync(tenant, cancellationToken);
        await ApplyDesiredAsync(tenant, cancellationToken);
    }

    /// <summary>Deletes every Deployment, Service and ConfigMap of this incarnation; succeeds if there are none.</summary>
    /// <exception cref="SandboxException">Failed.</exception>
    [Function(ActivityNames.DeleteWorkloads)]
    public async Task DeleteAsync([ActivityTrigger] TenantNamespaceRef tenant, CancellationToken cancellationToken)
    {
        var found = await namespaces.ReadAsync(tenant, cancellationToken);
        if (found is not null && namespaces.IsOurs(found, tenant))
        {
            await DeleteAsync(tenant, [], [], [], cancellationToken);
        }
    }

    private async Task ApplyDesiredAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        var deployments = TenantManifests.Deployments(tenant, options.Value);
        var services = TenantManifests.Services(tenant, options.Value);
        var volumes = TenantManifests.Volumes(tenant, options.Value);
        await namespaces.RequireAsync(tenant.Namespace, cancellationToken);
        // First what pods wait for.
        await Task.WhenAll(volumes.Select(m => connections.ApplyAsync(tenant.ClusterId, m, cancellationToken)));
        await Task.WhenAll(services.Concat<IKubernetesObject<V1ObjectMeta>>(deployments)
            .Select(m => connections.ApplyAsync(tenant.ClusterId, m, cancellationToken)));

        // Deletes what only an older revision has.
        await DeleteAsync(
            tenant.Namespace,
            [.. deployments.Select(d => d.Metadata.Name)],
            [.. services.Select(s => s.Metadata.Name)],
            [.. volumes.OfType<V1ConfigMap>().Concat(FormerConfigMaps(tenant)).Select(m => m.Metadata.Name)],
            cancellationToken);
    }

    private async Task DeleteAsync(
        TenantNamespaceRef tenant, HashSet<string> deploymentsToKeep, HashSet<string> servicesToKeep, HashSet<string> configMapsToKeep, CancellationToken cancellationToken)
    {
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var selector = Labels.Selector(options.Value.Owner, tenant);
        var deployments = connections.CallAsync(
            tenant.ClusterId,
            $"list Deployments of {ns}",
            client => client.AppsV1.ListNamespacedDeploymentAsync(ns, labelSelector: selector, cancellationToken: cancellationToken),
            cancellationToken);
        var services = connections.CallAsync(
            tenant.ClusterId,
            $"list Services of {ns}",
            client => client.CoreV1.ListNamespacedServiceAsync(ns, labelSelector: selector, cancellationToken: cancellationToken),
            cancellationToken);
        var configMaps = connections.CallAsync(
            tenant.ClusterId,
            $"list ConfigMaps of {ns}",
            client => client.CoreV1.ListNamespacedConfigMapAsync(ns, labelSelector: selector, cancellationToken: cancellationToken),
            cancellationToken);
        await Task.WhenAll(deployments, services, configMaps);

        await Task.WhenAll(
        [
            .. (await deployments).Items.Where(d => !deploymentsToKeep.Contains(d.Metadata.Name)).Select(d => DeleteOneAsync(
                tenant.ClusterId, "Deployment", d.Metadata, (client, preconditions) => client.AppsV1.DeleteNamespacedDeploymentAsync(
                    d.Metadata.Name, ns, preconditions, cancellationToken: cancellationToken), cancellationToken)),
            .. (await services).Items.Where(s => !servicesToKeep.Contains(s.Metadata.Name)).Select(s => DeleteOneAsync(
                tenant.ClusterId, "Service", s.Metadata, (client, preconditions) => client.CoreV1.DeleteNamespacedServiceAsync(
                    s.Metadata.Name, ns, preconditions, cancellationToken: cancellationToken), cancellationToken)),
            .. (await configMaps).Items.Where(m => !configMapsToKeep.Contains(m.Metadata.Name)).Select(m => DeleteOneAsync(
                tenant.ClusterId, "ConfigMap", m.Metadata, (client, preconditions) => client.CoreV1.DeleteNamespacedConfigMapAsync(
                    m.Metadata.Name, ns, preconditions, cancellationToken: cancellationToken), cancellationToken)),
        ]);
    }

    // Pods of the former spec may start again before they are replaced.
    private IEnumerable<V1ConfigMap> FormerConfigMaps(DesiredTenant tenant) => tenant.Former is { } former
        ? TenantManifests.Volumes(tenant with { Spec = former.Spec }, options.Value).OfType<V1ConfigMap>()
        : [];

    private async Task DeleteOneAsync<T>(
        string clusterId, string kind, V1ObjectMeta metadata, Func<IKubernetes, V1DeleteOptions, Task<T>> delete, CancellationToken cancellationToken)
        where T : class
    {
        var body = new V1DeleteOptions
        {
            ApiVersion = "v1",
            Kind = "DeleteOptions",
            PropagationPolicy = "Background",
            Preconditions = new V1Preconditions { Uid = metadata.Uid },
        };
        await connections.CallAsync(
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
        LogDeleted(kind, metadata.NamespaceProperty, metadata.Name, clusterId);
    }

    [LoggerMessage(LogLevel.Information, "Deletion of {Kind} {Namespace}/{Name} on cluster {ClusterId} was requested.")]
    private partial void LogDeleted(string kind, string @namespace, string name, string clusterId);
}
