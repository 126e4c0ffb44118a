using DurableTask.Core.Exceptions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Orchestration;
using TenantSandbox.Functions.Telemetry;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>
/// Settles operations that will never report to their tenant: the orchestration was terminated, purged or lost, or failed outside of
/// its own error handling. What they left is compensated, and a tenant whose quarantine they were lifting is closed again. An operation that takes too long is first canceled, so that it compensates
/// itself; if it doesn't end in twice the time, it is terminated and settled.
/// </summary>
internal static class OperationWatchdog
{
    private const string Actor = "watchdog";

    /// <summary>An operation has no instance for a moment after the tenant scheduled it.</summary>
    private static readonly TimeSpan StartGrace = TimeSpan.FromMinutes(5);

    [Function(ActivityNames.SettleTenantPage)]
    public static async Task<PageResult> SettleAsync(
        [ActivityTrigger] PageRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        var (tenants, continuation) = await TenantStates.ReadPageAsync(
            client, request.Settings.TenantsPerPage, request.Continuation, cancellationToken);
        var findings = new List<MaintenanceFinding>();
        var running = 0;
        foreach (var tenant in tenants.Where(t => t.Operation is not null))
        {
            running++;
            SandboxMetrics.OperationAge.Record(
                Math.Max(0, (request.Now - tenant.Operation!.StartedAt).TotalSeconds), SandboxMetrics.Label("operation", tenant.Operation.Kind.ToWireName()));
            if (await SettleAsync(tenant, tenant.Operation!, request, client, cancellationToken) is { } finding)
            {
                findings.Add(finding);
            }
        }

        return PageResult.Of(
            continuation,
            [("tenants", tenants.Count), (MaintenanceMetrics.RunningOperationsCount, running), ("lostOperations", findings.Count), .. MaintenanceMetrics.CountPhases(tenants)],
            findings);
    }

    private static async Task<MaintenanceFinding?> SettleAsync(
        TenantState tenant, TenantOperation operation, PageRequest request, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var instance = await client.GetInstanceAsync(operation.Id, getInputsAndOutputs: true, cancellationToken);
        var age = request.Now - operation.StartedAt;
        if (instance is { IsCompleted: false })
        {
            return age <= request.Settings.OperationTimeout ? null : await EndAsync(tenant, operation, age, request, client, cancellationToken);
        }

        if (instance is null && age < StartGrace)
        {
            return null;
        }

        // It may have reported and ended since the tenant was read.
        if ((await TenantStates.ReadAsync(client, tenant.TenantId, cancellationToken))?.Operation?.Id != operation.Id)
        {
            return null;
        }

        var error = instance is null
            ? TenantError.Create(ErrorClass.Transient, "OperationLost", $"The orchestration of operation '{operation.Id}' doesn't exist any more.")
            : instance.FailureDetails is { } failure ? FailureMapping.ToError(failure) : TenantError.Create(
                ErrorClass.Transient, "OperationLost", $"The orchestration of operation '{operation.Id}' is {instance.RuntimeStatus} but its tenant has no report.");
        return await TrySettleAsync(tenant, operation, error, request.Now, client, cancellationToken)
            ? MaintenanceFinding.Create("operationLost", tenant.TenantId, $"{error.Code}: {error.Message}", "It was settled as failed, and what it left is compensated.")
            : null;
    }

    private static async Task<MaintenanceFinding> EndAsync(
        TenantState tenant, TenantOperation operation, TimeSpan age, PageRequest request, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var detail = $"Operation '{operation.Id}' has run for {age:d\\.hh\\:mm\\:ss}, longer than {request.Settings.OperationTimeout:d\\.hh\\:mm\\:ss}.";
        if (age <= request.Settings.OperationTimeout * 2)
        {
            await client.RaiseEventAsync(
                operation.Id, OperatorCommand.CancelEvent, Command(tenant, operation, TenantVerb.Cancel, detail, request.Now), cancellationToken);
            return MaintenanceFinding.Create("operationOverdue", tenant.TenantId, detail, "It was told to stop and to undo its steps.");
        }

        await client.TerminateInstanceAsync(operation.Id, detail, cancellationToken);
        await TrySettleAsync(tenant, operation, TenantError.Create(ErrorClass.Transient, "OperationTimeout", detail), request.Now, client, cancellationToken);
        return MaintenanceFinding.Create("operationOverdue", tenant.TenantId, detail, "It was terminated and settled as failed, and what it left is compensated.");
    }

    /// <summary>
    /// Starts the settlement unless it is in progress: that of a lift waits as long as the time between two runs, each of which would otherwise
    /// start it from the beginning.
    /// </summary>
    /// <returns>False when it is in progress.</returns>
    private static async Task<bool> TrySettleAsync(
        TenantState tenant, TenantOperation operation, TenantError error, DateTimeOffset now, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var input = new SettleInput(
            tenant.TenantId, tenant.Incarnation, operation.Revision, operation.Kind, error,
            Command(tenant, operation, TenantVerb.Compensate, $"{error.Code}: {error.Message}", now),
            OpenedBy(tenant, operation));
        var options = new StartOrchestrationOptions($"settle.{operation.Id}").WithDedupeStatuses(MaintenanceStarts.InProgress);
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(nameof(SettleOrchestration), input, options, cancellationToken);
            return true;
        }
        catch (OrchestrationAlreadyExistsException)
        {
            return false;
        }
    }

    /// <summary>The tenant, if the operation was lifting its quarantine: it may have been opened and not verified.</summary>
    private static PlacedTenant? OpenedBy(TenantState tenant, TenantOperation operation) =>
        tenant is { Phase: TenantPhase.Quarantined, Placement: { } placement } && operation.Kind == TenantOperationKind.Reconcile && (tenant.Applied ?? tenant.Desired) is { } spec
            ? new PlacedTenant(
                tenant.TenantId, tenant.Incarnation, tenant.Applied is null ? tenant.DesiredRevision : tenant.AppliedRevision, placement.ClusterId, placement.PoolName,
                OperationRun.SizeClassesOf(placement), spec.Hash, Expiry: tenant.Expiry)
            : null;

    private static OperatorCommand Command(TenantState tenant, TenantOperation operation, TenantVerb verb, string reason, DateTimeOffset now) =>
        new($"{Actor}:{operation.Id}:{verb}", tenant.TenantId, verb, Actor, reason, now, Actor, operation.Id);
}
