using System.Text.Json.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Orchestration;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>Ends an operation whose orchestration is gone: settles it as failed, announces that, and compensates what it left.</summary>
public static class SettleOrchestration
{
    [Function(nameof(SettleOrchestration))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, SettleInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var tenant = TenantEntity.IdOf(input.TenantId);
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
}

/// <summary>Input of a settlement.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">The incarnation that the operation worked on.</param>
/// <param name="Revision">The revision that it carried out.</param>
/// <param name="Kind">What it did.</param>
/// <param name="Error">Why it is settled.</param>
/// <param name="Compensation">The command that compensates it; names the operation.</param>
public sealed record SettleInput(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("kind")] TenantOperationKind Kind,
    [property: JsonPropertyName("error")] TenantError Error,
    [property: JsonPropertyName("compensation")] OperatorCommand Compensation);
