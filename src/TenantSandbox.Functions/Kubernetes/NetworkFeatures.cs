using k8s;
using k8s.Models;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Reads whether a cluster has what a tenant's routes and policies need, and whether its host names are free there.</summary>
internal sealed class NetworkFeatures(ClusterConnections connections, IOptions<TenantSandboxOptions> options)
{
    private const int RoutesPerPage = 500;

    /// <summary>Why the cluster can't take the tenant, for people; empty if it can.</summary>
    /// <exception cref="SandboxException">The cluster could not be read.</exception>
    public async Task<IReadOnlyList<string>> FindRefusalsAsync(DesiredTenant tenant, ClusterNetwork network, CancellationToken cancellationToken) =>
        network.Unenforced is not null
            ? [Sentence(network.Describe(tenant.ClusterId))]
            : [.. await FindEgressRefusalsAsync(tenant, network, cancellationToken), .. await FindRouteRefusalsAsync(tenant, cancellationToken)];

    /// <summary>Refuses a tenant whose host names a route of someone else has. The cluster is the truth about routes that this app didn't make.</summary>
    /// <exception cref="InvalidException">Code <c>HostNameTaken</c>.</exception>
    public async Task RequireFreeHostsAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        if (HostsOf(tenant).Count > 0 && await FindTakenAsync(tenant, cancellationToken) is { Count: > 0 } taken)
        {
            throw new InvalidException(HostNameRules.TakenCode, string.Join(" ", taken));
        }
    }

    private async Task<IReadOnlyList<string>> FindEgressRefusalsAsync(DesiredTenant tenant, ClusterNetwork network, CancellationToken cancellationToken)
    {
        if (!tenant.Spec.Workloads.SelectMany(w => WorkloadPolicyManifest.EgressOf(w, tenant)).Any(r => r.Host is not null))
        {
            return [];
        }

        if (HostPolicyManifest.FindUnavailable(tenant.ClusterId, options.Value, network) is { } unavailable)
        {
            return [Sentence(unavailable.Message)];
        }

        var found = await connections.FindAsync(
            tenant.ClusterId,
            "list CiliumNetworkPolicies",
            client => client.ListAsync<CiliumNetworkPolicy>(DryRunNamespace.NameOf(options.Value), null, cancellationToken),
            cancellationToken);
        return found is not null
            ? []
            :
            [
                $"Cluster {tenant.ClusterId} doesn't serve CiliumNetworkPolicies (cilium.io/v2), which egress by host name takes: "
                + $"set {TenantSandboxOptions.Section}__Clusters__<n>__EgressByHostName to false.",
            ];
    }

    private async Task<IReadOnlyList<string>> FindRouteRefusalsAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        if (HostsOf(tenant).Count == 0)
        {
            return [];
        }

        if (options.Value.FindGateway(tenant.ClusterId) is not { } gateway)
        {
            return [Sentence(HttpRouteManifest.Missing(tenant.ClusterId).Message)];
        }

        if (await FindTakenAsync(tenant, cancellationToken) is not { } taken)
        {
            return
            [
                $"Cluster {tenant.ClusterId} doesn't serve HTTPRoutes (gateway.networking.k8s.io/v1): "
                + "install the Gateway API there, or ask for another cluster.",
            ];
        }

        var found = await connections.FindAsync(
            tenant.ClusterId,
            $"read Gateway {gateway.Namespace}/{gateway.Name}",
            client => client.CustomObjects.GetNamespacedCustomObjectAsync(
                HttpRoute.ApiGroup, "v1", gateway.Namespace, "gateways", gateway.Name, cancellationToken),
            cancellationToken);
        return found is not null ? taken : [.. taken, $"Cluster {tenant.ClusterId} has no Gateway {gateway.Namespace}/{gateway.Name}."];
    }

    /// <returns>A sentence for each host name that is taken; null if the cluster doesn't serve routes.</returns>
    private async Task<IReadOnlyList<string>?> FindTakenAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        var hosts = HostsOf(tenant);
        var taken = new List<string>();
        string? continuation = null;
        do
        {
            var next = continuation;
            var page = await connections.FindAsync(
                tenant.ClusterId, "list HTTPRoutes", client => client.ListAllAsync<HttpRoute>(null, RoutesPerPage, next, cancellationToken), cancellationToken);
            if (page is null)
            {
                return null;
            }

            taken.AddRange(
                from route in page.Items
                where !IsOfTenant(route.Metadata, tenant)
                from host in route.Spec?.Hostnames ?? []
                where hosts.Contains(host)
                let name = $"{route.Metadata.NamespaceProperty}/{route.Metadata.Name}"
                select $"Host name {host} is taken: HTTPRoute {name} of cluster {tenant.ClusterId} has it.");
            continuation = page.Metadata?.ContinueProperty;
        }
        while (!string.IsNullOrEmpty(continuation));

        return taken;
    }

    private bool IsOfTenant(V1ObjectMeta metadata, DesiredTenant tenant) =>
        metadata.NamespaceProperty == NamespaceManifest.NameOf(tenant.TenantId)
        && metadata.Labels?.TryGetValue(Labels.Owner, out var owner) == true && owner == options.Value.Owner
        && metadata.Labels.TryGetValue(Labels.Tenant, out var id) && id == tenant.TenantId;

    private static IReadOnlyList<string> HostsOf(DesiredTenant tenant) => SpecRef.Of(tenant.Spec).Hosts ?? [];

    private static string Sentence(string message) => $"{char.ToUpperInvariant(message[0])}{message[1..]}.";
}
