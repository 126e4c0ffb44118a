using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Tenants;

/// <summary>
/// Rolls out another spec of a tenant that runs. Capacity is reserved first; if the tenant's pool has none, it moves to another one, and
/// new pods are ready before the old reservation is released. A failed rollout returns to the previous revision.
/// </summary>
public static class UpdateOrchestration
{
    [Function(nameof(UpdateOrchestration))]
    public static Task<OperationResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, OperationInput input) =>
        OperationFrame.RunAsync(context, input, async run =>
        {
            var placement = await Relocation.RollOutAsync(run, input.Desired!, input.DesiredRevision);
            return new(
                EventTypes.TenantUpdated,
                placement,
                null,
                ("previousRevision", EventPublishing.Number(input.AppliedRevision)),
                ("appliedRevision", EventPublishing.Number(input.DesiredRevision)),
                ("clusterId", placement.ClusterId),
                ("pool", placement.PoolName));
        });
}

/// <summary>Rolls out a spec of a tenant that is placed already: in place, or by moving it.</summary>
internal static class Relocation
{
    /// <summary>Reserves, rolls out, and releases what is no longer needed.</summary>
    /// <param name="run">The operation. Its saga gets the return to what runs now.</param>
    /// <param name="spec">What is to run.</param>
    /// <param name="revision">Its revision.</param>
    /// <returns>Where it runs then.</returns>
    public static async Task<TenantPlacement> RollOutAsync(OperationRun run, SpecRef spec, long revision)
    {
        var before = run.Input.Placement ?? throw new StepFailedException(TenantError.Create(null, "NotPlaced", "The tenant runs nowhere. Offboard it, then onboard it again."));
        await HostNames.ClaimAsync(run, spec);
        var after = await PoolReservation.ReserveAsync(run, spec);
        var isMove = after.ClusterId != before.ClusterId;
        var former = isMove ? null : FormerOf(before, run.Input.Applied);
        var target = run.Placed(after, spec, revision, IsSame(former, spec, after) ? null : former);
        if (isMove)
        {
            Provisioning.RegisterDeletion(run, after);
        }
        else if (target.Former is not null && run.Input.Applied is { } applied)
        {
            RegisterReturn(run, before, applied, FormerOf(after, spec)!);
        }

        await Provisioning.RollOutAsync(run, target, after.Timing);
        await VerifyAsync(run, target with { Former = null }, after.Timing, isInPlace: !isMove && target.Former is null);

        // From here on the new revision runs: what can't be removed stays a leftover.
        run.Control.IgnoreCancel();
        await ReleaseFormerAsync(run, before, after);
        await HostNames.ReleaseFormerAsync(run, spec, after);
        return after;
    }

    // Where a repair fails the verification in the place where the tenant was, there is nothing to return to: it is closed.
    private static Task VerifyAsync(OperationRun run, PlacedTenant tenant, OperationTiming timing, bool isInPlace) =>
        isInPlace && run.Input is { Kind: TenantOperationKind.Reconcile, Phase: TenantPhase.Ready }
            ? IsolationSteps.VerifyOrCloseAsync(run, tenant, timing, ReportCause.Update)
            : IsolationSteps.VerifyAsync(run, tenant, timing, ReportCause.Update);

    private static void RegisterReturn(OperationRun run, TenantPlacement before, SpecRef applied, FormerPlacement attempted) => run.Saga.Register(
        $"return to revision {run.Input.AppliedRevision}",
        () => Provisioning.RollOutAsync(run, run.Placed(before, applied, run.Input.AppliedRevision, attempted), before.Timing),
        before.ClusterId);

    private static async Task ReleaseFormerAsync(OperationRun run, TenantPlacement before, TenantPlacement after)
    {
        var isMove = after.ClusterId != before.ClusterId;
        if (!isMove && before.PoolName is null)
        {
            return;
        }

        var former = new TenantLeftover(run.Input.Incarnation, before, isMove, null, run.Context.Now());
        var error = await Saga.AttemptAsync(() => isMove ? Deprovisioning.RemoveAsync(run, former) : Deprovisioning.ReleaseStepAsync(run, former));
        if (error is not null)
        {
            run.Placements.Leave(before, isMove, error);
        }
    }

    private static FormerPlacement? FormerOf(TenantPlacement placement, SpecRef? spec) =>
        spec is null ? null : new(spec.Hash, placement.PoolName, OperationRun.SizeClassesOf(placement));

    private static bool IsSame(FormerPlacement? former, SpecRef spec, TenantPlacement placement) =>
        former is not null && former.SpecHash == spec.Hash && former.PoolName == placement.PoolName;
}
