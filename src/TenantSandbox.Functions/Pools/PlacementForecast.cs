using System.Text.Json.Serialization;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Pools;

/// <summary>
/// Says where a tenant would be placed now, from the ledgers as they are and from whether a cluster enforces network policies. Nothing is
/// reserved, and ARM isn't asked for pools: one that the ledger would create can still fail.
/// </summary>
internal sealed class PlacementForecast(ClusterSelection selection, IClusterNetworks networks)
{
    private const string Waiter = "forecast";

    /// <param name="client">Reads the ledgers.</param>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="incarnation">The incarnation that the operation would work on.</param>
    /// <param name="sequence">The number that the operation would have.</param>
    /// <param name="spec">What would run.</param>
    /// <param name="current">Where the tenant runs, and stays if it can; null if it runs nowhere.</param>
    /// <param name="now">Current time.</param>
    public async Task<PlacementForecastView> OfAsync(
        DurableTaskClient client, string tenantId, int incarnation, long sequence, SpecRef spec, TenantPlacement? current, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ClusterCandidates candidates;
        try
        {
            candidates = selection.Select(current is null ? new(spec.Cluster, spec.Region) : new(current.ClusterId, null));
        }
        catch (SandboxException e)
        {
            return new(null, [new(null, TenantError.Create(e.ErrorClass, e.Code, e.Message))]);
        }

        var refusals = new List<PlacementRefusal>();
        foreach (var cluster in candidates.Clusters)
        {
            if (await FindUnenforcedAsync(cluster.ClusterId, cancellationToken) is { } unenforced)
            {
                refusals.Add(new(cluster.ClusterId, unenforced));
                continue;
            }

            var ledger = await ReadLedgerAsync(client, cluster.ClusterId, cancellationToken);
            var request = new ReserveRequest(
                tenantId, incarnation, spec.Tier, spec.Pods, cluster.PoolTemplate, cluster.Timing, Waiter, now, sequence, current?.PoolName);
            var answer = PlacementLedger.Reserve(ledger, request).Answer;
            if (answer.Outcome != ReserveOutcome.Refused)
            {
                return new(PlannedPlacement.Of(cluster, ledger, answer), refusals);
            }

            refusals.Add(new(cluster.ClusterId, answer.Error ?? TenantError.Create(ErrorClass.Capacity, "Refused", answer.Reason)));
        }

        return new(null, refusals);
    }

    private async Task<TenantError?> FindUnenforcedAsync(string clusterId, CancellationToken cancellationToken)
    {
        try
        {
            (await networks.GetAsync(clusterId, cancellationToken)).RequireEnforced(clusterId);
            return null;
        }
        catch (SandboxException e)
        {
            return TenantError.Create(e.ErrorClass, e.Code, e.Message);
        }
    }

    private static async Task<LedgerState> ReadLedgerAsync(DurableTaskClient client, string clusterId, CancellationToken cancellationToken)
    {
        var entity = await client.Entities.GetEntityAsync<LedgerState>(ClusterEntity.IdOf(clusterId), includeState: true, cancellationToken);
        return entity is { IncludesState: true } ? entity.State : new() { ClusterId = clusterId };
    }
}

/// <summary>Where a tenant would be placed.</summary>
/// <param name="Placement">The placement; null when every cluster refuses.</param>
/// <param name="Refusals">The clusters that refuse, in the order in which they would be asked.</param>
internal sealed record PlacementForecastView(PlannedPlacement? Placement, IReadOnlyList<PlacementRefusal> Refusals);

/// <summary>A placement that would be made.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Region">Its Azure region.</param>
/// <param name="Pool">The agent pool; null when it can be told only after the cluster's pools have been listed.</param>
/// <param name="IsNewPool">Whether the pool would be created.</param>
/// <param name="Reason">Why this pool.</param>
internal sealed record PlannedPlacement(
    [property: JsonPropertyName("cluster")] string Cluster,
    [property: JsonPropertyName("region")] string Region,
    [property: JsonPropertyName("pool")] string? Pool,
    [property: JsonPropertyName("isNewPool")] bool IsNewPool,
    [property: JsonPropertyName("reason")] string Reason)
{
    public static PlannedPlacement Of(ClusterTarget cluster, LedgerState ledger, ReserveAnswer answer) => new(
        cluster.ClusterId, cluster.Region, answer.Pool?.Name, answer.Pool is { } pool && ledger.Find(pool.Name) is null, answer.Reason);
}

/// <summary>Why a cluster refuses.</summary>
/// <param name="Cluster">The cluster; null when no cluster matches.</param>
/// <param name="Error">Why.</param>
internal sealed record PlacementRefusal(string? Cluster, TenantError Error);
