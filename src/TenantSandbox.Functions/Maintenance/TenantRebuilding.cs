using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Pools;
using TenantSandbox.Functions.Specs;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>Restores the tenants of one page of namespaces.</summary>
internal sealed class TenantRebuilding(IClusterResources resources, ISpecStore specs, IOptions<MaintenanceOptions> options)
{
    // Namespaces of version 1 don't carry the revision; 1 is the lowest that a sender can have used.
    private const long UnknownRevision = 1;
    private const long FirstSequence = 1;

    /// <exception cref="SandboxException">A cluster or the spec store could not be read.</exception>
    [Function(ActivityNames.RebuildPage)]
    public async Task<PageResult> RebuildAsync(
        [ActivityTrigger] RebuildRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        var clusterId = request.Cluster.ClusterId;
        var page = await resources.ListNamespacesAsync(new(clusterId, request.Continuation), cancellationToken);
        var found = new List<(FoundNamespace Namespace, TenantRebuild Tenant)>();
        var findings = new List<MaintenanceFinding>();
        foreach (var candidate in page.Namespaces)
        {
            if (candidate is { TenantId: not null, Incarnation: not null })
            {
                var spec = await FindSpecAsync(candidate.SpecHash, cancellationToken);
                found.Add((candidate, Describe(candidate, spec, request)));
                if (spec is null)
                {
                    findings.Add(MaintenanceFinding.Create(
                        "specUnknown", candidate.TenantId, $"Namespace {candidate.Name} of cluster {clusterId} names spec {candidate.SpecHash ?? "none"}, which isn't stored.",
                        "The tenant can't be changed until an update with the whole spec is sent."));
                }
            }
            else
            {
                findings.Add(MaintenanceFinding.Create(
                    "namespaceUnknown", $"{clusterId}/{candidate.Name}", "It has this installation's owner label, but names no tenant or incarnation.", "It was left alone."));
            }
        }

        var adopted = await AdoptPoolsAsync(request, found, client, cancellationToken);
        foreach (var (_, tenant) in found)
        {
            await client.Entities.SignalEntityAsync(TenantEntity.IdOf(tenant.TenantId), nameof(TenantEntity.Rebuild), tenant, cancellation: cancellationToken);
            foreach (var host in tenant.Spec?.Hosts ?? [])
            {
                var claim = new HostNameRequest(new(tenant.TenantId, tenant.Incarnation, FirstSequence));
                await client.Entities.SignalEntityAsync(HostNameEntity.IdOf(host), nameof(HostNameEntity.Claim), claim, cancellation: cancellationToken);
            }
        }

        return PageResult.Of(page.Continuation, [("tenants", found.Count), ("pools", adopted), ("specsUnknown", found.Count(f => f.Tenant.Spec is null))], findings);
    }

    private async Task<int> AdoptPoolsAsync(
        RebuildRequest request, List<(FoundNamespace Namespace, TenantRebuild Tenant)> found, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var clusterId = request.Cluster.ClusterId;
        var all = await resources.ReadPoolsAsync(clusterId, cancellationToken);
        var adopted = 0;
        foreach (var group in found.Where(f => f.Namespace is { PoolName: not null, IsTerminating: false }).GroupBy(f => f.Namespace.PoolName))
        {
            if (all.FirstOrDefault(p => p.Name == group.Key && p.IsOwned) is not { } pool)
            {
                continue;
            }

            AdoptedReservation[] reservations = [.. group.Select(f => new AdoptedReservation(f.Tenant.TenantId, f.Tenant.Incarnation, FirstSequence, f.Tenant.Spec?.Pods))];
            var adoption = new PoolAdoption(pool, request.Cluster.PoolTemplate, reservations, request.Now);
            await client.Entities.SignalEntityAsync(ClusterEntity.IdOf(clusterId), nameof(ClusterEntity.Adopt), adoption, cancellation: cancellationToken);
            adopted++;
        }

        return adopted;
    }

    private async Task<SpecRef?> FindSpecAsync(string? hash, CancellationToken cancellationToken)
    {
        if (hash is null)
        {
            return null;
        }

        try
        {
            return SpecRef.Of(await specs.ReadAsync(hash, cancellationToken));
        }
        catch (SandboxException e) when (e.ErrorClass is ErrorClass.NotFound or ErrorClass.Invalid)
        {
            return null;
        }
    }

    private TenantRebuild Describe(FoundNamespace found, SpecRef? spec, RebuildRequest request)
    {
        var cluster = request.Cluster;
        var placement = new TenantPlacement(
            cluster.ClusterId, cluster.Region, found.PoolName, cluster.Timing, FirstSequence, found.PoolName is null ? null : cluster.PoolTemplate.SizeClasses);
        return new(
            found.TenantId!, found.Incarnation!.Value, found.Revision ?? UnknownRevision, spec, found.SpecHash, placement,
            found.IsSuspended, found.IsTerminating, found.CreatedAt, request.Now, request.Actor,
            found.Expiry?.WithNotice(options.Value.ExpiryNotice), found.IsQuarantined);
    }
}
