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
    /// <param name="run">
    /// The operation. Its saga gets a compensation for each attempt before it begins, in the group of the cluster's id; its placements
    /// get each attempt until it is confirmed absent.
    /// </param>
    /// <param name="spec">What must fit. A tenant that is placed stays on its cluster unless the spec asks for another.</param>
    /// <exception cref="StepFailedException">No cluster could take the tenant; the error has the refusal of each.</exception>
    public static async Task<TenantPlacement> ReserveAsync(OperationRun run, SpecRef spec)
    {
        run.Progress.BeginStep("select clusters");
        var current = CurrentOf(run.Input, spec);
        var candidates = await run.CallAsync<ClusterCandidates>(
            ActivityNames.SelectClusters, current is null ? new ClusterQuery(spec.Cluster, spec.Region) : new ClusterQuery(current.ClusterId, null));
        var errors = new List<TenantError>();
        foreach (var cluster in candidates.Clusters)
        {
            var (refusal, volumeZones) = await Admission.CheckAsync(run, spec, cluster);
            if (refusal is not null)
            {
                errors.Add(refusal);
                continue;
            }

            var attempt = new ClusterAttempt(run, spec, current, cluster, volumeZones);
            run.Saga.Register($"release the reservation on cluster {cluster.ClusterId}", attempt.ReleaseAsync, cluster.ClusterId);
            if (await attempt.RunAsync() is not { } error)
            {
                return attempt.Placement;
            }

            // No step has made a namespace there yet; only the pool may be left.
            run.Placements.NamespaceIsAbsent(attempt.Placement);
            errors.Add(error);
        }

        throw new StepFailedException(errors switch
        {
            [] => TenantError.Create(ErrorClass.Invalid, "NoCluster", "No configured cluster matches the request."),
            [var only] => only,
            _ => TenantError.Create(errors[^1].ErrorClass, errors[^1].Code, string.Join(" ", errors.Select(e => Shorten(e.Message, TenantError.MaxMessageLength / errors.Count)))),
        });
    }

    private static TenantPlacement? CurrentOf(OperationInput input, SpecRef spec) =>
        input.Placement is { } current && (spec.Cluster is null || spec.Cluster == current.ClusterId) && (spec.Region is null || spec.Region == current.Region)
            ? current
            : null;

    // So that every cluster's refusal fits into the error.
    private static string Shorten(string text, int length) => text.Length < length ? text : $"{text[..(length - 2)]}…";
}
