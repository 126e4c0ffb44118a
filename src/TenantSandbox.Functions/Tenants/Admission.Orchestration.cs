using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Isolation;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Orchestration;
using TenantSandbox.Functions.Pools;

namespace TenantSandbox.Functions.Tenants;

/// <summary>
/// Asks a cluster whether it would take a tenant's objects, before capacity is reserved: what schema or admission refuses shows within
/// seconds, and no pool is created for it.
/// </summary>
internal static class Admission
{
    /// <returns>
    /// Why the cluster can't take the tenant; null if it would, or if what is asked for runs there already. Also the zones of the tenant's
    /// volumes: with claims the cluster is always asked.
    /// </returns>
    public static async Task<(TenantError? Refusal, IReadOnlyList<IReadOnlyList<string>>? VolumeZones)> CheckAsync(OperationRun run, SpecRef spec, ClusterTarget cluster)
    {
        if (run.Input.Applied?.Hash == spec.Hash && run.Input.Placement?.ClusterId == cluster.ClusterId && !spec.HasClaims)
        {
            return (null, null);
        }

        var tenant = new PlacedTenant(
            run.Input.TenantId, run.Input.Incarnation, run.Input.DesiredRevision, cluster.ClusterId, null, cluster.PoolTemplate.SizeClasses, spec.Hash,
            MovesFrom: run.Input.Placement is { } current && current.ClusterId != cluster.ClusterId
                ? new FormerCluster(current.ClusterId, run.Input.Applied?.HasClaims == true)
                : null);
        AdmissionAnswer? answer = null;
        try
        {
            await CheckAsync();
            if (answer is { NeedsBaseline: true })
            {
                run.Progress.BeginStep($"apply the baseline of cluster {cluster.ClusterId}");
                if ((await run.Context.ApplyBaselineAsync(cluster.ClusterId)).Error is { } error)
                {
                    return (error, null);
                }

                await CheckAsync();
            }
        }
        catch (StepFailedException e)
        {
            return (e.Error, null);
        }

        if (answer is { NeedsBaseline: true })
        {
            // Somebody changes it all the time, or another version of the app does.
            return (TenantError.Create(
                ErrorClass.Conflict, "BaselineChanged", $"The baseline of cluster '{cluster.ClusterId}' was changed while it was applied. See the report of reconcile-clusters."), null);
        }

        return answer is { Refusals: { Count: > 0 } refusals }
            ? (TenantError.Create(ErrorClass.Invalid, "AdmissionRefused", string.Join(" ", refusals)), null)
            : (null, answer?.VolumeZones);

        Task CheckAsync() => run.StepAsync(
            $"check the objects with cluster {cluster.ClusterId}", async () => answer = await run.CheckAdmissionAsync(tenant));
    }
}
