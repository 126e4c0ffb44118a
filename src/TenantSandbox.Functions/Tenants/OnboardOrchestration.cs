using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Tenants;

/// <summary>
/// Provisions a tenant as a saga: host names, reservation, namespace with guardrails, workloads, rollout. On failure the completed steps
/// are undone, last first, before the outcome is reported.
/// </summary>
public static class OnboardOrchestration
{
    [Function(nameof(OnboardOrchestration))]
    public static Task<OperationResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, OperationInput input) =>
        OperationFrame.RunAsync(context, input, async run =>
        {
            await HostNames.ClaimAsync(run, input.Desired!);
            var placement = await PoolReservation.ReserveAsync(run, input.Desired!);
            Provisioning.RegisterDeletion(run, placement);
            await Provisioning.RollOutAsync(run, run.Placed(placement, input.Desired!, input.DesiredRevision), placement.Timing);
            return new(EventTypes.TenantReady, placement, null, ("clusterId", placement.ClusterId), ("pool", placement.PoolName));
        });
}
