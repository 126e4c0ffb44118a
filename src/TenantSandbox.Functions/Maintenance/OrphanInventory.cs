using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Pools;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>Lists what has this installation's marks in a cluster although nothing owns it.</summary>
internal sealed class OrphanInventory(IClusterResources resources)
{
    private const int TenantsPerRead = 200;

    /// <summary>
    /// The orphans in ordinal order of their digests. Clusters are read before tenants and ledger: what is made meanwhile isn't
    /// listed, and what is listed has its owner recorded by then.
    /// </summary>
    public async Task<IReadOnlyList<Orphan>> TakeAsync(DurableTaskClient client, string clusterId, CancellationToken cancellationToken)
    {
        var foundNamespaces = await resources.ReadNamespacesAsync(clusterId, cancellationToken);
        var foundPools = await resources.ReadPoolsAsync(clusterId, cancellationToken);
        var owners = foundNamespaces.Count == 0 ? [] : await ReadOwnersAsync(client, clusterId, cancellationToken);
        var ledger = await client.Entities.GetEntityAsync<LedgerState>(ClusterEntity.IdOf(clusterId), includeState: true, cancellationToken);
        return
        [
            .. foundNamespaces
                .Where(n => !n.IsTerminating && !(n is { TenantId: { } tenant, Incarnation: { } incarnation } && owners.Contains((tenant, incarnation))))
                .Select(n => Orphan.Of(clusterId, n))
                .Concat(foundPools
                    .Where(p => p is { IsOwned: true, Marks: not null } && p.State != "Deleting" && ledger?.State.Find(p.Name) is null)
                    .Select(p => Orphan.Of(clusterId, p)))
                .OrderBy(o => o.Digest, StringComparer.Ordinal),
        ];
    }

    private static async Task<HashSet<(string TenantId, int Incarnation)>> ReadOwnersAsync(
        DurableTaskClient client, string clusterId, CancellationToken cancellationToken)
    {
        var owners = new HashSet<(string, int)>();
        string? continuation = null;
        do
        {
            (var tenants, continuation) = await TenantStates.ReadPageAsync(client, TenantsPerRead, continuation, cancellationToken);
            foreach (var tenant in tenants)
            {
                owners.UnionWith(OwnedIn(tenant, clusterId).Select(incarnation => (tenant.TenantId, incarnation)));
            }
        }
        while (continuation is not null);
        return owners;
    }

    /// <summary>The incarnations that may have a namespace in a cluster. An operation that runs may be placing the tenant anywhere.</summary>
    private static IEnumerable<int> OwnedIn(TenantState tenant, string clusterId)
    {
        if (tenant.Operation is not null || tenant.Placement?.ClusterId == clusterId)
        {
            yield return tenant.Incarnation;
        }

        foreach (var leftover in tenant.Leftovers.Where(l => l.Placement.ClusterId == clusterId))
        {
            yield return leftover.Incarnation;
        }
    }
}
