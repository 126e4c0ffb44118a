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

/// <summary>Applies, suspends and deletes the tenants' Deployments, Services and routes.</summary>
internal sealed partial class TenantWorkloads(
    ClusterConnections connections,
    TenantNamespaces namespaces,
    DesiredTenants tenants,
    NetworkFeatures features,
    IOptions<TenantSandboxOptions> options,
    ILogger<TenantWorkloads> logger)
{
    /// <summary>Makes the namespace contain exactly the Deployments, Services and routes of the tenant's spec.</summary>
    /// <exception cref="SandboxException">Refused (a namespace that is missing or not the tenant's, another field manager) or failed.</exception>
    [Function(ActivityNames.ApplyWorkloads)]
    public async Task ApplyAsync([ActivityTrigger] PlacedTenant placed, CancellationToken cancellationToken) =>
        await ApplyDesiredAsync(await tenants.ReadAsync(placed, cancellationToken), cancellationToken);

    /// <summary>
    /// Scales every workload to zero and marks the namespace as suspended. Guardrails, Services and routes stay as they are in the spec,
    /// and are restored where they are missing.
    /// </summary>
    /// <exception cref="SandboxException">Refused or failed.</exception>
    [Function(ActivityNames.SuspendWorkloads)]
    public async Task SuspendAsync([ActivityTrigger] PlacedTenant placed, CancellationToken cancellationToken)
    {
        var tenant = (await tenants.ReadAsync(placed, cancellationToken)) with { IsSuspended = true };
        await namespaces.ApplyDesiredAsync(tenant, cancellationToken);
        await ApplyDesiredAsync(tenant, cancellationToken);
    }

    /// <summary>Deletes every Deployment, Service and route of this incarnation; succeeds if there are none.</summary>
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
        var routes = TenantManifests.Routes(tenant, options.Value);
        await namespaces.RequireAsync(tenant.Namespace, cancellationToken);
        await features.RequireFreeHostsAsync(tenant, cancellationToken);
        IKubernetesObject<V1ObjectMeta>[] manifests = [.. services, .. deployments, .. routes];
        await Task.WhenAll(manifests.Select(m => connections.ApplyAsync(tenant.ClusterId, m, cancellationToken)));

        // Deletes what only an older revision has.
        await DeleteAsync(tenant.Namespace, NamesOf(deployments), NamesOf(services), NamesOf(routes), cancellationToken);
    }

    private static HashSet<string> NamesOf(IEnumerable<IKubernetesObject<V1ObjectMeta>> items) => [.. items.Select(i => i.Metadata.Name)];

    private async Task DeleteAsync(
        TenantNamespaceRef tenant, HashSet<string> deploymentsToKeep, HashSet<string> servicesToKeep, HashSet<string> routesToKeep,
        CancellationToken cancellationToken)
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
        var routes = ListRoutesAsync(tenant.ClusterId, ns, selector, cancellationToken);
        await Task.WhenAll(deployments, services, routes);

        await Task.WhenAll(
        [
            .. (await deployments).Items.Where(d => !deploymentsToKeep.Contains(d.Metadata.Name)).Select(d => DeleteOneAsync(
                tenant.ClusterId, "Deployment", d.Metadata, (client, preconditions) => client.AppsV1.DeleteNamespacedDeploymentAsync(
                    d.Metadata.Name, ns, preconditions, cancellationToken: cancellationToken), cancellationToken)),
            .. (await services).Items.Where(s => !servicesToKeep.Contains(s.Metadata.Name)).Select(s => DeleteOneAsync(
                tenant.ClusterId, "Service", s.Metadata, (client, preconditions) => client.CoreV1.DeleteNamespacedServiceAsync(
                    s.Metadata.Name, ns, preconditions, cancellationToken: cancellationToken), cancellationToken)),
            .. (await routes).Where(r => !routesToKeep.Contains(r.Metadata.Name)).Select(r => DeleteOneAsync(
                tenant.ClusterId, HttpRoute.KindName, r.Metadata, (client, preconditions) => client.DeleteAsync<HttpRoute>(
                    r.Metadata, preconditions, cancellationToken), cancellationToken)),
        ]);
    }

    // Where no Gateway is configured there are no routes, and the app needs no permission to read them.
    private async Task<IReadOnlyList<HttpRoute>> ListRoutesAsync(string clusterId, string ns, string selector, CancellationToken cancellationToken) =>
        options.Value.FindGateway(clusterId) is null
            ? []
            : (await connections.FindAsync(
                clusterId, $"list HTTPRoutes of {ns}", client => client.ListAsync<HttpRoute>(ns, selector, cancellationToken), cancellationToken))?.Items ?? [];

    private async Task DeleteOneAsync<T>(
        string clusterId, string kind, V1ObjectMeta metadata, Func<IKubernetes, V1DeleteOptions, Task<T>> delete, CancellationToken cancellationToken)
        where T : class
    {
        await connections.DeleteAsync(clusterId, kind, metadata, delete, cancellationToken);
        LogDeleted(kind, metadata.NamespaceProperty, metadata.Name, clusterId);
    }

    [LoggerMessage(LogLevel.Information, "Deletion of {Kind} {Namespace}/{Name} on cluster {ClusterId} was requested.")]
    private partial void LogDeleted(string kind, string @namespace, string name, string clusterId);
}
