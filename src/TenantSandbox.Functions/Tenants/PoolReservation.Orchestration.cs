using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Orchestration;
using TenantSandbox.Functions.Pools;

namespace TenantSandbox.Functions.Tenants;

/// <summary>
/// Reserves capacity for a tenant: tries the clusters in order, waits for a pool that has to be created, and reads a pool of the ledger
/// on ARM before it is used. For onboarding, updating and resuming.
/// </summary>
internal static class PoolReservation
{
    /// <summary>
    /// Reserves capacity in a pool and waits until the pool is ready. A failure of a pool is a failure of its cluster, because a pool's
    /// PUT contains nothing that the tenant asked for; so the next cluster is tried.
    /// </summary>
    /// <param name="context">The orchestration.</param>
    /// <param name="request">What to reserve.</param>
    /// <param name="saga">Gets a compensation for each attempt before it begins.</param>
    /// <param name="progress">Gets the steps.</param>
    /// <param name="attempts">Gets each attempt: something may be left there.</param>
    /// <exception cref="StepFailedException">No cluster could take the tenant; the error has the refusal of each.</exception>
    public static async Task<ReservedPool> ReserveAsync(
        TaskOrchestrationContext context, ReservationRequest request, Saga saga, OperationProgress progress, PlacementAttempts attempts)
    {
        progress.BeginStep("select clusters");
        var candidates = await context.SelectClustersAsync(
            request.Current is { } current ? new(current.ClusterId, null) : new(request.Cluster, request.Region));
        var errors = new List<TenantError>();
        foreach (var cluster in candidates.Clusters)
        {
            var attempt = new ClusterAttempt(context, request, cluster, progress, attempts);
            saga.Register($"release the reservation on cluster {cluster.ClusterId}", attempt.ReleaseAsync);
            if (await attempt.RunAsync() is not { } error)
            {
                return new(attempt.Pool!, attempt.Placement);
            }

            errors.Add(error);
            if (request.Sequence == 0 && attempt.HasWaited && error.ErrorClass != ErrorClass.Capacity)
            {
                // An instance that a version without sequences started: it ended here.
                break;
            }
        }

        throw new StepFailedException(errors switch
        {
            [] => TenantError.Create(ErrorClass.Invalid, "NoCluster", "No configured cluster matches the request."),
            [var only] => only,
            _ => TenantError.Create(errors[^1].ErrorClass, errors[^1].Code, string.Join(" ", errors.Select(e => Shorten(e.Message, TenantError.MaxMessageLength / errors.Count)))),
        });
    }

    // So that every cluster's refusal fits into the error.
    private static string Shorten(string text, int length) => text.Length < length ? text : $"{text[..(length - 2)]}…";
}

/// <summary>What to reserve.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">Its incarnation.</param>
/// <param name="Sequence">The number of the operation.</param>
/// <param name="Tier">Pooled, or a dedicated pool.</param>
/// <param name="Pods">The pods to run.</param>
/// <param name="Cluster">The cluster that the spec names; null for any.</param>
/// <param name="Region">The region that the spec names; null for any.</param>
/// <param name="Current">Where the tenant is: it stays on that cluster, and in that pool if it fits. Null for a tenant that is nowhere yet.</param>
internal sealed record ReservationRequest(
    string TenantId,
    int Incarnation,
    long Sequence,
    TenantTier Tier,
    IReadOnlyList<PodGroup> Pods,
    string? Cluster,
    string? Region,
    TenantPlacement? Current = null);

/// <summary>A pool with a reservation, ready for use.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Placement">The same as the tenant's placement.</param>
internal sealed record ReservedPool(PoolRef Pool, TenantPlacement Placement);
