using System.Text.Json.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Isolation;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Orchestration;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>
/// Ends an operation whose orchestration is gone: settles it as failed, announces that, and compensates what it left. A lift of a quarantine is
/// closed again before it is settled.
/// </summary>
public static class SettleOrchestration
{
    /// <summary>An activity of a terminated orchestration runs on; longer than its calls may take.</summary>
    private static readonly TimeSpan ActivityGrace = TimeSpan.FromMinutes(5);

    [Function(nameof(SettleOrchestration))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, SettleInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var tenant = TenantEntity.IdOf(input.TenantId);
        if (input.Closing is { } opened)
        {
            input = input with { Error = await CloseAsync(context, opened, input.Error) };
        }

        // Nobody knows what it left, so that the tenant keeps every placement that the operation recorded.
        var report = new OperationReport(input.Compensation.OperationId!, IsClean: false, null, input.Error, null, context.Now());
        if (!await context.CallEntityAsync<bool>(tenant, nameof(TenantEntity.Settle), report, EntityCalls.MustSucceed))
        {
            return;
        }

        await context.CallEntityAsync<SubmitAnswer>(tenant, nameof(TenantEntity.Act), input.Compensation, EntityCalls.MustSucceed);
        await context.PublishTenantAsync(
            new OperationProgress(context),
            EventTypes.TenantFailed,
            input.TenantId,
            input.Incarnation,
            input.Revision,
            [("operation", input.Kind.ToWireName()), ("failedOperationId", report.OperationId), ("clean", "false"), .. EventPublishing.Describe(input.Error)]);
    }

    // At once, and again when an activity that was opening the tenant meanwhile has ended.
    private static async Task<TenantError> CloseAsync(TaskOrchestrationContext context, PlacedTenant opened, TenantError error)
    {
        var progress = new OperationProgress(context);
        progress.BeginStep("close the tenant's connections");
        await Saga.AttemptAsync(() => context.CallAsync<ClosedNetwork>(ActivityNames.CloseNetwork, opened, progress));
        await context.CreateTimer(ActivityGrace, CancellationToken.None);
        ClosedNetwork? closed = null;
        var failure = await Saga.AttemptAsync(async () => closed = await context.CallAsync<ClosedNetwork>(ActivityNames.CloseNetwork, opened, progress));
        var note = failure is null ? closed!.Description : $"Its connections could not be closed: {failure.Message}";
        return TenantError.Create(error.ErrorClass, error.Code, $"{note} {error.Message}");
    }
}

/// <summary>Input of a settlement.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">The incarnation that the operation worked on.</param>
/// <param name="Revision">The revision that it carried out.</param>
/// <param name="Kind">What it did.</param>
/// <param name="Error">Why it is settled.</param>
/// <param name="Compensation">The command that compensates it; names the operation.</param>
/// <param name="Closing">The tenant whose quarantine it was lifting; null for other operations.</param>
public sealed record SettleInput(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("kind")] TenantOperationKind Kind,
    [property: JsonPropertyName("error")] TenantError Error,
    [property: JsonPropertyName("compensation")] OperatorCommand Compensation,
    [property: JsonPropertyName("closing"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PlacedTenant? Closing = null);
