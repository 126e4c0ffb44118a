using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Tenants;

/// <summary>Verifies a tenant that runs. One that isn't isolated is closed and quarantined; one that can't be verified stays as it is.</summary>
public static class VerifyOrchestration
{
    [Function(nameof(VerifyOrchestration))]
    public static Task<OperationResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, OperationInput input) =>
        OperationFrame.RunAsync(context, input, async run =>
        {
            if (input is not { Placement: { } placement, Applied: { } applied })
            {
                throw new StepFailedException(TenantError.Create(null, "NotPlaced", "It is unknown what runs of the tenant, or where. Send an update with the whole spec."));
            }

            await IsolationSteps.VerifyOrCloseAsync(run, run.Placed(placement, applied, input.AppliedRevision), placement.Timing, CauseOf(input));
            return new(EventTypes.TenantVerified, placement, null, ("clusterId", placement.ClusterId), ("pool", placement.PoolName), ("isolation", run.Isolation?.Message));
        });

    private static ReportCause CauseOf(OperationInput input) => input.Actor switch
    {
        VerificationActors.Timer => ReportCause.Timer,
        VerificationActors.NodeImage => ReportCause.NodeImage,
        _ => ReportCause.OnDemand,
    };
}
