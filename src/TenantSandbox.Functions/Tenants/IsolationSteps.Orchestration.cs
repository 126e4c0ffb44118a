using System.Globalization;
using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Isolation;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Tenants;

/// <summary>The steps of operations that verify a tenant's isolation, and close what isn't isolated.</summary>
internal static class IsolationSteps
{
    /// <summary>The code of the error of a tenant that was not shown to be isolated.</summary>
    public const string FailedCode = "IsolationFailed";

    /// <summary>The first version of operations that verify.</summary>
    private const string FirstVersion = "2.1";

    /// <summary>Verifies the tenant; nothing where the installation verifies nothing.</summary>
    /// <exception cref="StepFailedException">A check failed.</exception>
    /// <exception cref="TaskFailedException">It could not be verified.</exception>
    public static async Task VerifyAsync(OperationRun run, PlacedTenant tenant, OperationTiming timing, ReportCause cause)
    {
        if (run.Context.CompareVersionTo(FirstVersion) < 0)
        {
            return;
        }

        run.Progress.BeginStep("verify the isolation");
        // With options of its own, a part doesn't get the default version.
        var options = new SubOrchestrationOptions(instanceId: $"{run.Context.InstanceId}.isolation") { Version = run.Context.Version };
        var verdict = await run.Context.CallSubOrchestratorAsync<IsolationVerdict>(
            nameof(VerifyIsolationOrchestration), new VerificationInput(tenant, cause, timing), options);
        if (!verdict.IsVerified)
        {
            return;
        }

        (run.RunsOutsideGuest, run.IsOnlyNotRunning) = (verdict.RunsOutsideGuest, verdict.IsOnlyNotRunning);
        run.Isolation = new(verdict.IsIsolated, Describe(verdict), run.Context.Now(), verdict.NodeImage);
        if (!verdict.IsIsolated)
        {
            throw new StepFailedException(ErrorClass.Invalid, FailedCode, run.Isolation.Message);
        }
    }

    /// <summary>Verifies a tenant that is in use, and closes its connections if it isn't isolated: the report then quarantines it. A workload that doesn't run closes nothing.</summary>
    /// <inheritdoc cref="VerifyAsync" path="/exception"/>
    public static async Task VerifyOrCloseAsync(OperationRun run, PlacedTenant tenant, OperationTiming timing, ReportCause cause)
    {
        try
        {
            await VerifyAsync(run, tenant, timing, cause);
        }
        catch (StepFailedException e) when (e.Error.Code == FailedCode && !run.IsOnlyNotRunning)
        {
            run.Control.IgnoreCancel();
            var note = await CloseAsync(run, tenant, timing);
            // Also if it could not be closed: nobody may take it for isolated.
            run.Isolation = run.Isolation! with { IsQuarantined = true };
            throw new StepFailedException(TenantError.Create(e.Error.ErrorClass, e.Error.Code, $"{note} {e.Error.Message}"));
        }
    }

    /// <summary>Registers that the tenant is closed again if the operation fails.</summary>
    public static void RegisterClosing(OperationRun run, PlacedTenant tenant, OperationTiming timing) =>
        run.Saga.Register("close the tenant's connections again", async () => await CloseAsync(run, tenant, timing));

    /// <returns>What was done, for people.</returns>
    private static async Task<string> CloseAsync(OperationRun run, PlacedTenant tenant, OperationTiming timing)
    {
        List<string> notes = [];
        if (run.RunsOutsideGuest)
        {
            // Before the network is closed, because it also applies the guardrails.
            var failed = await Saga.AttemptAsync(() => Provisioning.ScaleToZeroAsync(run, tenant, timing));
            notes.Add(failed is null ? "Its workloads were scaled to zero." : $"Its workloads could not be scaled to zero: {failed.Message}");
        }

        run.Progress.BeginStep("close the tenant's connections");
        ClosedNetwork? closed = null;
        var error = await Saga.AttemptAsync(async () => closed = await run.CallAsync<ClosedNetwork>(ActivityNames.CloseNetwork, tenant));
        notes.Add(error is null ? closed!.Description : $"Its connections could not be closed: {error.Message}");
        return string.Join(" ", notes);
    }

    private static string Describe(IsolationVerdict verdict)
    {
        var report = verdict.Report is null ? "" : $" See report {verdict.Report}.";
        return verdict.IsIsolated
            ? string.Create(CultureInfo.InvariantCulture, $"{verdict.Passed} checks passed, {verdict.Warnings} warned.{report}")
            : string.Create(CultureInfo.InvariantCulture, $"{verdict.Failed} checks of its isolation failed.{report} {verdict.Description}");
    }
}
