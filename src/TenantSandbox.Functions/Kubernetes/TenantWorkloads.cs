using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Kubernetes.Secrets;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Applies, suspends and deletes the tenants' Deployments and Services, with the Secrets that they use.</summary>
internal sealed partial class TenantWorkloads(
    ClusterConnections connections,
    TenantNamespaces namespaces,
    DesiredTenants tenants,
    TenantSecrets secrets,
    InstallationRules rules,
    IOptions<TenantSandboxOptions> options,
    ILogger<TenantWorkloads> logger)
{
    /// <summary>Makes the namespace contain exactly the Deployments and Services of the tenant's spec.</summary>
    /// <exception cref="SandboxException">Refused (a namespace that is missing or not the tenant's, another field manager) or failed.</exception>
    [Function(ActivityNames.ApplyWorkloads)]
    public async Task ApplyAsync([ActivityTrigger] PlacedTenant placed, CancellationToken cancellationToken)
    {
        var tenant = await tenants.ReadAsync(placed, cancellationToken);
        // The settings can be newer than the spec.
        IdentityManifest.Require(tenant, rules);
        await ApplyDesiredAsync(tenant, cancellationToken);
    }

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

    /// <summary>Deletes every Deployment and Service of this incarnation; succeeds if there are none.</summary>
    /// <exception cref="SandboxException">Failed.</exception>
    [Function(ActivityNames.DeleteWorkloads)]
    public async Task DeleteAsync([ActivityTrigger] TenantNamespaceRef tenant, CancellationToken cancellationToken)
    {
        var found = await namespaces.ReadAsync(tenant, cancellationToken);
        if (found is not null && namespaces.IsOurs(found, tenant))
        {
            await DeleteAsync(tenant, [], [], cancellationToken);
        }
    }

    private async Task ApplyDesiredAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        // Rendered before the first write, so that a rendering failure changes nothing.
        var deployments = TenantManifests.Deployments(tenant, options.Value);
        var services = TenantManifests.Services(tenant, options.Value);
        await namespaces.RequireAsync(tenant.Namespace, cancellationToken);
        if (tenant.Spec.SecretRefs is not null)
        {
            deployments = TenantManifests.Deployments(await ApplySecretsAsync(tenant, cancellationToken), options.Value);
        }

        await Task.WhenAll(services.Concat<IKubernetesObject<V1ObjectMeta>>(deployments)
            .Select(m => connections.ApplyAsync(tenant.ClusterId, m, cancellationToken)));

        // Deletes what only an older revision has.
        await DeleteAsync(
            tenant.Namespace, [.. deployments.Select(d => d.Metadata.Name)], [.. services.Select(s => s.Metadata.Name)], cancellationToken);
        await secrets.DeleteUnusedAsync(tenant, cancellationToken);
        await DeleteUnusedAccountsAsync(tenant, cancellationToken);
    }

    private Task<DesiredTenant> ApplySecretsAsync(DesiredTenant tenant, CancellationToken cancellationToken) => tenant.IsSuspended
        ? secrets.WithAppliedVersionsAsync(tenant, cancellationToken)
        : secrets.ApplyAsync(tenant, cancellationToken);

    // The accounts of identities that neither the spec has nor what still runs.
    private async Task DeleteUnusedAccountsAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        var wanted = IdentityManifest.AccountNames(tenant);
        if (wanted.Count == 1 && options.Value.Identity.Rules.Count == 0)
        {
            return;
        }

        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var accounts = await connections.CallAsync(
            tenant.ClusterId,
            $"list ServiceAccounts of {ns}",
            client => client.CoreV1.ListNamespacedServiceAccountAsync(
                ns, labelSelector: Labels.Selector(options.Value.Owner, tenant.Namespace), cancellationToken: cancellationToken),
            cancellationToken);
        await Task.WhenAll(accounts.Items.Where(a => !wanted.Contains(a.Metadata.Name)).Select(a => DeleteOneAsync(
            tenant.ClusterId, "ServiceAccount", a.Metadata, (client, preconditions) => client.CoreV1.DeleteNamespacedServiceAccountAsync(
                a.Metadata.Name, ns, preconditions, cancellationToken: cancellationToken), cancellationToken)));
    }

    private async Task DeleteAsync(
        TenantNamespaceRef tenant, HashSet<string> deploymentsToKeep, HashSet<string> servicesToKeep, CancellationToken cancellationToken)
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
        await Task.WhenAll(deployments, services);

        await Task.WhenAll(
        [
            .. (await deployments).Items.Where(d => !deploymentsToKeep.Contains(d.Metadata.Name)).Select(d => DeleteOneAsync(
                tenant.ClusterId, "Deployment", d.Metadata, (client, preconditions) => client.AppsV1.DeleteNamespacedDeploymentAsync(
                    d.Metadata.Name, ns, preconditions, cancellationToken: cancellationToken), cancellationToken)),
            .. (await services).Items.Where(s => !servicesToKeep.Contains(s.Metadata.Name)).Select(s => DeleteOneAsync(
                tenant.ClusterId, "Service", s.Metadata, (client, preconditions) => client.CoreV1.DeleteNamespacedServiceAsync(
                    s.Metadata.Name, ns, preconditions, cancellationToken: cancellationToken), cancellationToken)),
        ]);
    }

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
