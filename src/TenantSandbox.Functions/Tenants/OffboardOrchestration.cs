using System.Globalization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Operations;

namespace TenantSandbox.Functions.Tenants;

/// <summary>
/// Takes a tenant down: workloads, namespace, room, and the agent pool if nobody else is in it. Ends with a receipt of what
/// fresh reads found absent on both sides.
/// </summary>
public static class OffboardOrchestration
{
    [Function(nameof(OffboardOrchestration))]
    public static async Task<OperationResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, OffboardInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var progress = new Progress(context);

        // A tenant that was placed nowhere leaves nothing to look for, and the receipt says no more than that.
        var receipt = new TeardownReceipt(null, null, null, null, null);
        var error = input.Placement is not { } place
            ? null
            : await Compensations.AttemptAsync(async () => receipt = await TakeDownAsync(context, input, place, progress));

        progress.At("report");
        var report = new OperationReport(
            context.InstanceId, error is null, error is null ? null : input.Placement, error, error is null ? receipt : null, context.Now());
        await context.ReportAsync(input.TenantId, report);
        progress.At("publish");
        var published = error is null
            ? await context.PublishTenantAsync(EventTypes.TenantOffboarded, input.TenantId, input.Incarnation, input.Revision, Describe(receipt))
            : await context.PublishTenantAsync(
                EventTypes.TenantFailed, input.TenantId, input.Incarnation, input.Revision, [("operation", "offboard"), ("clean", "false"), .. Lifecycle.Describe(error)]);
        return new(error is null, report.IsClean, report.Placement, error, report.Receipt, published);
    }

    private static async Task<TeardownReceipt> TakeDownAsync(
        TaskOrchestrationContext context, OffboardInput input, TenantPlacement place, Progress progress)
    {
        var home = new TenantNamespaceRef(input.TenantId, input.Incarnation, place.ClusterId);
        progress.At("delete the workloads");
        await context.DeleteWorkloadsAsync(home);

        progress.At("delete the namespace");
        await Teardown.DeleteNamespaceAsync(context, home, place.Timing, progress);

        progress.At("give the room free");
        var released = await Teardown.ReleaseAsync(context, input.TenantId, input.Incarnation, place, progress);
        var releasedAt = context.Now();

        progress.At("read absence on both sides");
        return await Teardown.ProveAsync(context, home, place, released, releasedAt);
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
