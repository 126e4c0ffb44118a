using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Tenants;

/// <summary>
/// Provisions a tenant as a saga: host names, reservation, namespace with guardrails, workloads, rollout, verification. On failure the completed steps
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
            var tenant = run.Placed(placement, input.Desired!, input.DesiredRevision);
            await Provisioning.RollOutAsync(run, tenant, placement.Timing);
            await IsolationSteps.VerifyAsync(run, tenant, placement.Timing, ReportCause.Onboarding);
            return new(EventTypes.TenantReady, placement, null, ("clusterId", placement.ClusterId), ("pool", placement.PoolName));
        });
}
