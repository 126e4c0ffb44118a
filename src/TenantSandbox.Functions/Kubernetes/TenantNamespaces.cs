using k8s;
using k8s.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Applies, deletes and reads the tenants' namespaces with their guardrails.</summary>
internal sealed partial class TenantNamespaces(
    ClusterConnections connections,
    NamespaceWatch watch,
    NamespacePolicies policies,
    DesiredTenants tenants,
    ClaimVolumes volumes,
    IClusterNetworks networks,
    IOptions<TenantSandboxOptions> options,
    ILogger<TenantNamespaces> logger)
{
    /// <summary>
    /// Applies the tenant's namespace, then the guardrails. A namespace that an earlier version made gets the annotations that it lacks. The
    /// RuntimeClasses of its pods are part of the cluster's baseline.
    /// </summary>
    /// <exception cref="SandboxException">
    /// Refused (another owner, another field manager, an unknown spec, a cluster that enforces no network policies) or failed.
    /// </exception>
    [Function(ActivityNames.ApplyNamespace)]
    public async Task ApplyAsync([ActivityTrigger] PlacedTenant placed, CancellationToken cancellationToken)
    {
        (await networks.GetAsync(placed.ClusterId, cancellationToken)).RequireEnforced(placed.ClusterId);
        await ApplyDesiredAsync(await tenants.ReadAsync(placed, cancellationToken), cancellationToken);
    }

    /// <summary>As <see cref="ApplyAsync"/>, but also where nothing enforces network policies: what runs there can be suspended.</summary>
    /// <exception cref="SandboxException">Refused (another owner, another field manager) or failed.</exception>
    public async Task ApplyDesiredAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        var settings = options.Value;
        if (StorageNeed.Any(tenant.Spec))
        {
            tenant = tenant with { KeptClaims = KeptClaim.Of(tenant.Spec, await volumes.ListClaimsAsync(tenant.Namespace, cancellationToken)) };
        }

        var manifest = NamespaceManifest.Namespace(tenant, settings);
        // Rendered before the first write, so that a rendering failure changes nothing.
        var guardrails = TenantManifests.Guardrails(tenant, settings, await networks.GetAsync(tenant.ClusterId, cancellationToken));

        if (await ReadAsync(tenant.Namespace, cancellationToken) is { } found)
        {
            Ownership.Require(found, settings.Owner, tenant.Namespace);
            // The apply fails if the namespace was replaced by another one of this name after the read.
            manifest.Metadata.Uid = found.Metadata.Uid;
        }

        await connections.ApplyAsync(tenant.ClusterId, manifest, cancellationToken);
        // What workloads may do is opened before the namespace is closed, so that an update interrupts no traffic.
        var isShared = guardrails.ToLookup(g => g is V1NetworkPolicy { Metadata.Name: NetworkPolicyManifest.Name });
        await ApplyAllAsync(tenant.ClusterId, isShared[false], cancellationToken);
        await ApplyAllAsync(tenant.ClusterId, isShared[true], cancellationToken);
        await DeletePoliciesAsync(tenant, guardrails, cancellationToken);
        LogApplied(manifest.Metadata.Name, tenant.ClusterId, tenant.Revision);
    }

    /// <summary>
    /// Makes the volumes of claims outlive the namespace where the claims say so, requests deletion if necessary, then watches for a bounded
    /// time. Absent means that the volumes are deleted too, but for those that are kept.
    /// </summary>
    /// <exception cref="SandboxException">A call failed. The deletion isn't requested before every volume is prepared.</exception>
    [Function(ActivityNames.DeleteNamespace)]
    public async Task<AbsenceObservation> DeleteAsync([ActivityTrigger] TenantNamespaceRef tenant, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(tenant, cancellationToken);
        if (found is null || !IsOurs(found, tenant))
        {
            return await WithoutNamespaceAsync(tenant, cancellationToken);
        }

        var prepared = await volumes.PrepareAsync(tenant, cancellationToken);
        if (found.Metadata.DeletionTimestamp is null)
        {
            var preconditions = new V1DeleteOptions
            {
                ApiVersion = "v1",
                Kind = "DeleteOptions",
                Preconditions = new V1Preconditions { Uid = found.Metadata.Uid },
            };
            await connections.FindAsync(
                tenant.ClusterId,
                $"delete namespace {found.Metadata.Name}",
                client => client.CoreV1.DeleteNamespaceAsync(found.Metadata.Name, preconditions, cancellationToken: cancellationToken),
                cancellationToken);
            LogDeleting(found.Metadata.Name, tenant.ClusterId);
        }

        var observed = await watch.UntilGoneAsync(tenant.ClusterId, found, cancellationToken)
            ? await WithoutNamespaceAsync(tenant, cancellationToken)
            : await ReadAbsenceAsync(tenant, cancellationToken);
        return observed with { Volumes = ReleasedVolumes.Merge(prepared, observed.Volumes) };
    }

    /// <summary>Reads whether the namespace of this incarnation, and every volume that goes with it, is absent; changes nothing.</summary>
    [Function(ActivityNames.ReadNamespaceAbsence)]
    public async Task<AbsenceObservation> ReadAbsenceAsync([ActivityTrigger] TenantNamespaceRef tenant, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(tenant, cancellationToken);
        if (found is null || !IsOurs(found, tenant))
        {
            return await WithoutNamespaceAsync(tenant, cancellationToken);
        }

        var pods = await connections.ListPodsAsync(tenant.ClusterId, found.Metadata.Name, selector: null, cancellationToken);
        return new AbsenceObservation(Gone: false, NamespaceBlockers.Describe(found, pods.Items));
    }

    /// <summary>The namespace with the tenant's name, whoever owns it; null when there is none.</summary>
    public Task<V1Namespace?> ReadAsync(TenantNamespaceRef tenant, CancellationToken cancellationToken)
    {
        var name = NamespaceManifest.NameOf(tenant.TenantId);
        return connections.FindAsync(
            tenant.ClusterId,
            $"read namespace {name}",
            client => client.CoreV1.ReadNamespaceAsync(name, cancellationToken: cancellationToken),
            cancellationToken);
    }

    /// <summary>Refuses to change a namespace that isn't this incarnation's.</summary>
    /// <returns>The namespace, as it was read.</returns>
    /// <exception cref="SandboxException">It doesn't exist, is being deleted, or belongs to someone else.</exception>
    public async Task<V1Namespace> RequireAsync(TenantNamespaceRef tenant, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(tenant, cancellationToken)
            ?? throw new NotFoundException(
                "NamespaceMissing", $"namespace {NamespaceManifest.NameOf(tenant.TenantId)} on cluster {tenant.ClusterId} does not exist; apply it first");
        Ownership.Require(found, options.Value.Owner, tenant);
        return found;
    }

    /// <summary>Whether it belongs to this incarnation of the tenant. If not, the incarnation's own namespace is absent, and this one must not be changed.</summary>
    public bool IsOurs(V1Namespace found, TenantNamespaceRef tenant)
    {
        var ours = Ownership.IsOurs(found, options.Value.Owner, tenant);
        if (!ours)
        {
            LogNotOurs(found.Metadata.Name, tenant.ClusterId, Ownership.Describe(found));
        }

        return ours;
    }

    // Policies add up, so that one of an older revision would keep open what the new one closes.
    private async Task DeletePoliciesAsync(DesiredTenant tenant, IReadOnlyList<IKubernetesObject<V1ObjectMeta>> wanted, CancellationToken cancellationToken)
    {
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var selector = Labels.Selector(options.Value.Owner, tenant.Namespace);
        foreach (var policy in await policies.ListAsync(tenant.ClusterId, ns, selector, cancellationToken))
        {
            if (!wanted.Any(w => w.GetType() == policy.GetType() && w.Metadata.Name == policy.Metadata.Name))
            {
                await policies.DeleteAsync(tenant.ClusterId, policy, cancellationToken);
                LogDeleted(NamespacePolicies.KindOf(policy), ns, policy.Metadata.Name, tenant.ClusterId);
            }
        }
    }

    private async Task<AbsenceObservation> WithoutNamespaceAsync(TenantNamespaceRef tenant, CancellationToken cancellationToken)
    {
        var (retained, blocker) = await volumes.ReadLeftAsync(tenant, cancellationToken);
        return new AbsenceObservation(blocker is null, blocker, ReleasedVolumes.Merge(null, retained));
    }

    private Task ApplyAllAsync(string clusterId, IEnumerable<IKubernetesObject<V1ObjectMeta>> manifests, CancellationToken cancellationToken) =>
        Task.WhenAll(manifests.Select(m => connections.ApplyAsync(clusterId, m, cancellationToken)));

    [LoggerMessage(LogLevel.Information, "Namespace {Namespace} on cluster {ClusterId} was applied for revision {Revision}.")]
    private partial void LogApplied(string @namespace, string clusterId, long revision);

    [LoggerMessage(LogLevel.Information, "Deletion of {Kind} {Namespace}/{Name} on cluster {ClusterId} was requested.")]
    private partial void LogDeleted(string kind, string @namespace, string name, string clusterId);

    [LoggerMessage(LogLevel.Information, "Deletion of namespace {Namespace} on cluster {ClusterId} was requested.")]
    private partial void LogDeleting(string @namespace, string clusterId);

    [LoggerMessage(LogLevel.Warning, "Namespace {Namespace} on cluster {ClusterId} is {Whose}; it was not changed.")]
    private partial void LogNotOurs(string @namespace, string clusterId, string whose);
}
