using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Tenants;

/// <summary>
/// Deprovisions a tenant: workloads, namespace, reservation, and the agent pool if this was its last reservation. Ends with a
/// receipt of what was read as absent on Kubernetes and on ARM.
/// </summary>
public static class OffboardOrchestration
{
    [Function(nameof(OffboardOrchestration))]
    public static async Task<OperationResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, OffboardInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var progress = new OperationProgress(context);

        // A tenant without a placement has nothing to read, so its receipt stays empty.
        var receipt = new TeardownReceipt(null, null, null, null, null);
        var error = input.Placement is not { } placement
            ? null
            : await Saga.AttemptAsync(async () => receipt = await DeprovisionAsync(context, input, placement, progress));

        progress.BeginStep("store the outcome");
        var report = new OperationReport(
            context.InstanceId, error is null, error is null ? null : input.Placement, error, error is null ? receipt : null, context.Now());
        await context.CompleteAsync(input.TenantId, report);
        progress.BeginStep("publish the event");
        var published = error is null
            ? await context.PublishTenantAsync(EventTypes.TenantOffboarded, input.TenantId, input.Incarnation, input.Revision, Describe(receipt))
            : await context.PublishTenantAsync(
                EventTypes.TenantFailed, input.TenantId, input.Incarnation, input.Revision, [("operation", "offboard"), ("clean", "false"), .. EventPublishing.Describe(error)]);
        return new(error is null, report.IsClean, report.Placement, error, report.Receipt, published);
    }

    private static async Task<TeardownReceipt> DeprovisionAsync(
        TaskOrchestrationContext context, OffboardInput input, TenantPlacement placement, OperationProgress progress)
    {
        var tenantNamespace = new TenantNamespaceRef(input.TenantId, input.Incarnation, placement.ClusterId);
        progress.BeginStep("delete the workloads");
        await context.DeleteWorkloadsAsync(tenantNamespace);

        progress.BeginStep("delete the namespace");
        await Deprovisioning.DeleteNamespaceAsync(context, tenantNamespace, placement.Timing, progress);

        progress.BeginStep("release the reservation");
        var released = await Deprovisioning.ReleaseAsync(context, input.TenantId, input.Incarnation, placement, progress);
        var releasedAt = context.Now();

        progress.BeginStep("verify that nothing is left");
        return await Deprovisioning.VerifyAbsenceAsync(context, tenantNamespace, placement, released, releasedAt);
    }

    private static (string Name, string? Value)[] Describe(TeardownReceipt receipt) =>
    [
        ("clusterId", receipt.ClusterId),
        ("namespaceAbsentAt", Text(receipt.NamespaceAbsentAt)),
        ("pool", receipt.PoolName),
        ("poolAbsentAt", Text(receipt.PoolAbsentAt)),
        ("releasedAt", Text(receipt.ReleasedAt)),
    ];

    private static string? Text(DateTimeOffset? time) => time?.ToString("O", CultureInfo.InvariantCulture);
}

/// <summary>Input of an offboarding.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">The incarnation that ends.</param>
/// <param name="Revision">The revision that ends it.</param>
/// <param name="Placement">Where the tenant runs, or where something may be left; null when there is nothing anywhere.</param>
/// <param name="StartedAt">When the tenant started the operation.</param>
public sealed record OffboardInput(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("placement")] TenantPlacement? Placement,
    [property: JsonPropertyName("startedAt")] DateTimeOffset StartedAt);
