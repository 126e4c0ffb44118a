using System.Globalization;
using Microsoft.DurableTask;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Tenants;

/// <summary>
/// What every operation on a tenant has in common: it runs its steps, undoes them when one fails, reports the outcome to the tenant
/// whatever happens, and then publishes it.
/// </summary>
internal static class OperationFrame
{
    /// <param name="context">The orchestration.</param>
    /// <param name="input">Its input.</param>
    /// <param name="steps">The operation. Registers compensations with the saga of the run, and returns what it reached.</param>
    public static async Task<OperationResult> RunAsync(
        TaskOrchestrationContext context, OperationInput input, Func<OperationRun, Task<OperationSuccess>> steps)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var run = new OperationRun(context, input);
        OperationSuccess? success = null;
        var error = await Saga.AttemptAsync(async () =>
        {
            await StoreInlineSpecAsync(run);
            success = await steps(run);
        });

        run.Control.IgnoreCancel();
        var failures = error is null ? [] : await run.Saga.CompensateAsync();
        error = error is null ? null : CompensationFailure.Combine(error, failures);
        var report = ReportOf(run, success, error, isUndone: failures.Count == 0);

        run.Progress.BeginStep("store the outcome");
        await context.CompleteAsync(input.TenantId, report);
        run.Progress.BeginStep("publish the event");
        var published = error is null
            ? await PublishAsync(run, success!.EventType, success.Data, report)
            : await PublishAsync(
                run, run.Isolation is { IsQuarantined: true } ? EventTypes.TenantQuarantined : EventTypes.TenantFailed, [("clean", report.IsClean ? "true" : "false"), .. EventPublishing.Describe(error)], report);
        return new(
            error is null,
            report.IsClean,
            report.Placement,
            error,
            report.Receipt,
            published,
            report.Leftovers is { Count: > 0 } ? report.Leftovers : null,
            report.Skipped,
            run.Evidence,
            run.Isolation is { IsQuarantined: true });
    }

    private static OperationReport ReportOf(OperationRun run, OperationSuccess? success, TenantError? error, bool isUndone)
    {
        var input = run.Input;
        var isTeardown = input.Kind is TenantOperationKind.Offboard or TenantOperationKind.Compensate;
        // An onboarding that failed runs nowhere; after other failures the tenant is where it was.
        var inUse = error is null ? success!.Placement : input.Kind == TenantOperationKind.Onboard ? null : input.Placement;
        var isRunning = input.Kind != TenantOperationKind.Offboard && input.Phase != TenantPhase.TeardownFailed;
        var leftovers = run.Placements.AtTheEnd(isRunning ? inUse : null, error);
        var isClean = error is null ? leftovers.Count == 0 : isUndone && !isTeardown;
        return new(
            run.Context.InstanceId,
            isClean,
            error is not null && input.Kind == TenantOperationKind.Onboard && !isClean ? run.Placements.LastAttempt : inUse,
            error,
            error is null ? success!.Receipt : null,
            run.Context.Now(),
            leftovers,
            run.Skipped.Count > 0 ? [.. run.Skipped] : null,
            run.Isolation);
    }

    // The first version kept specs in the tenant's state.
    private static async Task StoreInlineSpecAsync(OperationRun run)
    {
        if (run.Input.InlineSpec is { } spec && run.Input.Kind is not (TenantOperationKind.Offboard or TenantOperationKind.Compensate))
        {
            run.Progress.BeginStep("store the spec");
            var stored = await run.CallAsync<SpecRef>(ActivityNames.SaveSpec, spec);
            await run.Context.AdoptSpecAsync(run.Input.TenantId, stored.Hash);
        }
    }

    private static Task<bool> PublishAsync(OperationRun run, string type, (string Name, string? Value)[] data, OperationReport report) =>
        run.Context.PublishTenantAsync(run.Progress, type, run.Input.TenantId, run.Input.Incarnation, run.Input.Revision, [
            ("operation", run.Input.Kind.ToWireName()),
            ("actor", run.Input.Actor),
            ("reason", run.Input.Reason),
            ("skipped", report.Skipped is null ? null : string.Join("; ", report.Skipped)),
            ("leftovers", report.Leftovers is { Count: > 0 } left ? left.Count.ToString(CultureInfo.InvariantCulture) : null),
            .. data]);
}

/// <summary>What an operation reached.</summary>
/// <param name="EventType">The event to publish.</param>
/// <param name="Placement">Where the tenant now runs; null for nowhere.</param>
/// <param name="Receipt">What a teardown found absent; null for other operations.</param>
/// <param name="Data">What the event says beside tenant and operation.</param>
internal sealed record OperationSuccess(
    string EventType, TenantPlacement? Placement, TeardownReceipt? Receipt, params (string Name, string? Value)[] Data);
