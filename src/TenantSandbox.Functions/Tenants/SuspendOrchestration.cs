using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Tenants;

/// <summary>Scales a tenant to zero and releases its reservation; namespace, policies and secrets are kept. Scales up again on failure.</summary>
public static class SuspendOrchestration
{
    [Function(nameof(SuspendOrchestration))]
    public static Task<OperationResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, OperationInput input) =>
        OperationFrame.RunAsync(context, input, async run =>
        {
            var placement = input.Placement ?? throw new StepFailedException(TenantError.Create(null, "NotPlaced", "The tenant runs nowhere."));
            var (spec, revision) = input.Applied is { } applied ? (applied, input.AppliedRevision) : (input.Desired!, input.DesiredRevision);
            var tenant = run.Placed(placement, spec, revision);
            run.Saga.Register("scale the workloads up again", () => Provisioning.RollOutAsync(run, tenant, placement.Timing), placement.ClusterId);
            await Provisioning.ScaleToZeroAsync(run, tenant, placement.Timing);

            // From here on nothing runs: what can't be released stays a leftover.
            run.Control.IgnoreCancel();
            var reservation = placement with { Sequence = null };
            var error = await Saga.AttemptAsync(() => Deprovisioning.ReleaseStepAsync(run, new(input.Incarnation, reservation, false, null, context.Now())));
            if (error is not null)
            {
                run.Placements.Leave(placement, hasNamespace: false, error);
            }

            return new(
                EventTypes.TenantSuspended, placement with { PoolName = null, Sequence = null }, null, ("clusterId", placement.ClusterId), ("releasedPool", placement.PoolName));
        });
}
