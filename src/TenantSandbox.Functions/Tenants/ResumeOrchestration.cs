using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Tenants;

/// <summary>Reserves capacity for a suspended tenant and scales it up, with the newest spec. Scales to zero again on failure.</summary>
public static class ResumeOrchestration
{
    [Function(nameof(ResumeOrchestration))]
    public static Task<OperationResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, OperationInput input) =>
        OperationFrame.RunAsync(context, input, async run =>
        {
            var before = input.Placement ?? throw new StepFailedException(TenantError.Create(null, "NotPlaced", "The tenant's namespace is unknown."));
            await HostNames.ClaimAsync(run, input.Desired!);
            var placement = await PoolReservation.ReserveAsync(run, input.Desired!);
            var tenant = run.Placed(placement, input.Desired!, input.DesiredRevision);
            if (placement.ClusterId == before.ClusterId)
            {
                run.Saga.Register(
                    "scale the workloads to zero again", () => Provisioning.ScaleToZeroAsync(run, tenant, placement.Timing), placement.ClusterId);
            }
            else
            {
                Provisioning.RegisterDeletion(run, placement);
            }

            await Provisioning.RollOutAsync(run, tenant, placement.Timing);
            await IsolationSteps.VerifyAsync(run, tenant, placement.Timing, ReportCause.Resume);
            run.Control.IgnoreCancel();
            if (placement.ClusterId != before.ClusterId)
            {
                // The spec asks for another cluster since: the namespace in the former one goes.
                var former = new TenantLeftover(input.Incarnation, before, true, null, context.Now());
                var error = await Saga.AttemptAsync(() => Deprovisioning.RemoveAsync(run, former));
                if (error is not null)
                {
                    run.Placements.Leave(before, hasNamespace: true, error);
                }
            }

            await HostNames.ReleaseFormerAsync(run, input.Desired, placement);
            return new(
                EventTypes.TenantResumed,
                placement,
                null,
                ("appliedRevision", EventPublishing.Number(input.DesiredRevision)),
                ("clusterId", placement.ClusterId),
                ("pool", placement.PoolName));
        });
}
