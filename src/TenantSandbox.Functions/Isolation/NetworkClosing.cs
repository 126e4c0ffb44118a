using System.Text.Json.Serialization;
using k8s;
using k8s.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Isolation;

/// <summary>Closes every connection of a tenant's pods.</summary>
internal sealed partial class NetworkClosing(
    ClusterConnections connections, TenantNamespaces namespaces, NamespacePolicies policies, DesiredTenants tenants, IOptions<TenantSandboxOptions> options, ILogger<NetworkClosing> logger)
{
    private const int MaxNames = 5;

    /// <summary>
    /// Applies a policy that allows nothing, then deletes all others of the tenant's namespace, whoever made them, and reads what is left. Marks
    /// the namespace, so that a rebuild doesn't take the tenant for a ready one. Existing connections end when the policy engine applies it.
    /// </summary>
    /// <exception cref="SandboxException">Refused (a namespace that isn't the tenant's) or failed.</exception>
    [Function(ActivityNames.CloseNetwork)]
    public async Task<ClosedNetwork> CloseAsync([ActivityTrigger] PlacedTenant placed, CancellationToken cancellationToken)
    {
        var tenant = await tenants.ReadAsync(placed, cancellationToken);
        var found = await namespaces.RequireAsync(tenant.Namespace, cancellationToken);
        await connections.ApplyAsync(tenant.ClusterId, QuarantinePolicyManifest.Policy(tenant, options.Value), cancellationToken);
        var deleted = await DeleteOthersAsync(tenant, cancellationToken);
        await MarkAsync(tenant, found, cancellationToken);
        var left = await ListOthersAsync(tenant, cancellationToken);
        return new ClosedNetwork(
            deleted.Count, [.. deleted.Where(p => !IsOurs(p.Metadata, tenant)).Select(NameOf).Take(MaxNames)], [.. left.Select(NameOf).Take(MaxNames)]);
    }

    private Task MarkAsync(DesiredTenant tenant, V1Namespace found, CancellationToken cancellationToken)
    {
        var manifest = NamespaceManifest.Namespace(tenant with { IsQuarantined = true }, options.Value);
        // The apply fails if the namespace was replaced by another one of this name after the read.
        manifest.Metadata.Uid = found.Metadata.Uid;
        return connections.ApplyAsync(tenant.ClusterId, manifest, cancellationToken);
    }

    private async Task<IReadOnlyList<IKubernetesObject<V1ObjectMeta>>> DeleteOthersAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        var others = await ListOthersAsync(tenant, cancellationToken);
        foreach (var policy in others)
        {
            await policies.DeleteAsync(tenant.ClusterId, policy, cancellationToken);
            LogDeleted(NameOf(policy), policy.Metadata.NamespaceProperty, tenant.ClusterId);
        }

        return others;
    }

    private async Task<IReadOnlyList<IKubernetesObject<V1ObjectMeta>>> ListOthersAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        var all = await policies.ListAsync(tenant.ClusterId, NamespaceManifest.NameOf(tenant.TenantId), selector: null, cancellationToken);
        return [.. all.Where(p => p is not V1NetworkPolicy { Metadata.Name: QuarantinePolicyManifest.Name })];
    }

    private static string NameOf(IKubernetesObject<V1ObjectMeta> policy) => $"{NamespacePolicies.KindOf(policy)}/{policy.Metadata.Name}";

    private bool IsOurs(V1ObjectMeta metadata, DesiredTenant tenant) =>
        Labels.Of(options.Value.Owner, tenant).All(l => metadata.Labels?.TryGetValue(l.Key, out var value) == true && value == l.Value);

    [LoggerMessage(LogLevel.Warning, "{Policy} of namespace {Namespace} on cluster {ClusterId} was deleted: its tenant is quarantined.")]
    private partial void LogDeleted(string policy, string @namespace, string clusterId);
}

/// <summary>What closing a tenant's connections did.</summary>
/// <param name="Deleted">Number of policies whose deletion was requested.</param>
/// <param name="Foreign">The first of those that this system had not made.</param>
/// <param name="Left">The first that are still there, such as those that a finalizer holds: what they allow stays open.</param>
public sealed record ClosedNetwork(
    [property: JsonPropertyName("deleted")] int Deleted,
    [property: JsonPropertyName("foreign")] IReadOnlyList<string> Foreign,
    [property: JsonPropertyName("left")] IReadOnlyList<string> Left)
{
    /// <summary>The outcome, for people.</summary>
    [JsonIgnore]
    public string Description => (Left.Count == 0 ? "Every connection of its pods is closed." : $"What {string.Join(", ", Left)} allows is still open.")
        + (Foreign.Count == 0 ? "" : $" Policies of others were deleted: {string.Join(", ", Foreign)}.");
}
