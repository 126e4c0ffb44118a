using System.Globalization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Tenants;

/// <summary>
/// Undoes what failed operations left: applies what should run again if it may not run, and removes everything that is left
/// elsewhere. A tenant whose teardown failed is removed completely.
/// </summary>
public static class CompensateOrchestration
{
    [Function(nameof(CompensateOrchestration))]
    public static Task<OperationResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, OperationInput input) =>
        OperationFrame.RunAsync(context, input, async run =>
        {
            var placement = input.Phase is TenantPhase.Ready or TenantPhase.Suspended ? input.Placement : null;
            if (input.NeedsRepair)
            {
                placement = await ReconcileOrchestration.RepairAsync(run);
            }

            TenantLeftover[] targets =
            [
                .. input is { Phase: TenantPhase.TeardownFailed, Placement: { } left }
                    ? [new TenantLeftover(input.Incarnation, left with { Sequence = null }, true, null, input.StartedAt)]
                    : Array.Empty<TenantLeftover>(),
                // The namespace in which the tenant runs must stay, whatever else was left beside it.
                .. input.Leftovers.Select(l => IsWhereItRuns(input, placement, l) ? l with { HasNamespace = false } : l),
            ];
            var receipts = await Teardown.RemoveAllAsync(run, targets);
            await HostNames.ReleaseFormerAsync(run, placement is null ? null : input.Applied ?? input.Desired, placement);
            return new(
                EventTypes.TenantCompensated, placement, receipts.Count > 0 ? receipts[0] : null, ("removed", receipts.Count.ToString(CultureInfo.InvariantCulture)));
        });

    private static bool IsWhereItRuns(OperationInput input, TenantPlacement? placement, TenantLeftover leftover) =>
        placement is not null && leftover.Incarnation == input.Incarnation && leftover.Placement.ClusterId == placement.ClusterId;
}
