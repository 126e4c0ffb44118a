using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Tenants;

/// <summary>
/// Applies what should run again and waits for it. A tenant whose pool is lost moves to another one; a suspended tenant is kept at
/// zero. Nothing is undone on failure: what was there before was wrong. Of a quarantined tenant it ends the quarantine, if the tenant is isolated
/// then; otherwise its connections are closed again.
/// </summary>
public static class ReconcileOrchestration
{
    [Function(nameof(ReconcileOrchestration))]
    public static Task<OperationResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, OperationInput input) =>
        OperationFrame.RunAsync(context, input, async run =>
        {
            var placement = await RepairAsync(run);
            return new(EventTypes.TenantReconciled, placement, null, ("clusterId", placement?.ClusterId), ("pool", placement?.PoolName));
        });

    /// <summary>Repairs what the tenant should be.</summary>
    /// <returns>Where it runs then.</returns>
    internal static async Task<TenantPlacement> RepairAsync(OperationRun run)
    {
        var input = run.Input;
        var (spec, revision) = input.Applied is { } applied ? (applied, input.AppliedRevision) : (input.Desired, input.DesiredRevision);
        if (spec is null)
        {
            throw new StepFailedException(TenantError.Create(null, "SpecUnknown", "The tenant's spec is unknown. Send an update with the whole spec."));
        }

        if (input is { Phase: TenantPhase.Quarantined, Placement: { } closed })
        {
            // Registered first, so that it is undone last: whatever else is returned to, nothing stays open.
            IsolationSteps.RegisterClosing(run, run.Placed(closed, spec, revision), closed.Timing);
        }

        if (input.Phase != TenantPhase.Suspended)
        {
            return await Relocation.RollOutAsync(run, spec, revision);
        }

        var placement = input.Placement ?? throw new StepFailedException(TenantError.Create(null, "NotPlaced", "The tenant's namespace is unknown."));
        var tenant = run.Placed(placement, spec, revision);
        await run.StepAsync("apply the namespace and its guardrails", () => run.ApplyNamespaceAsync(tenant));
        await Provisioning.ScaleToZeroAsync(run, tenant, placement.Timing);
        return placement;
    }
}
