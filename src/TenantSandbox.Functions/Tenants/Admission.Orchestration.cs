using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
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
    /// <returns>Why the cluster can't take the tenant; null if it would, or if what is asked for runs there already.</returns>
    public static async Task<TenantError?> CheckAsync(OperationRun run, SpecRef spec, ClusterTarget cluster)
    {
        if (run.Input.Applied?.Hash == spec.Hash && run.Input.Placement?.ClusterId == cluster.ClusterId)
        {
            return null;
        }

        var tenant = new PlacedTenant(
            run.Input.TenantId, run.Input.Incarnation, run.Input.DesiredRevision, cluster.ClusterId, null, cluster.PoolTemplate.SizeClasses, spec.Hash);
        AdmissionAnswer? answer = null;
        try
        {
            await run.StepAsync(
                $"check the objects with cluster {cluster.ClusterId}", async () => answer = await run.CheckAdmissionAsync(tenant));
        }
        catch (StepFailedException e)
        {
            return e.Error;
        }

        return answer is { Refusals: { Count: > 0 } refusals }
            ? TenantError.Create(ErrorClass.Invalid, "AdmissionRefused", string.Join(" ", refusals))
            : null;
    }
}
