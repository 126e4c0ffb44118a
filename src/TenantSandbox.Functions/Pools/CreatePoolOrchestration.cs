using System.Text.Json.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Pools;

/// <summary>
/// Creates one agent pool. Only this orchestration polls the pool; tenants wait for its report. A pool that fails is deleted
/// before anyone is told, so that a report of failure also means that the pool is absent.
/// </summary>
public static class CreatePoolOrchestration
{
    [Function(nameof(CreatePoolOrchestration))]
    public static async Task<PoolReport> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, PoolOperationInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var progress = new OperationProgress(context);
        progress.BeginStep("wait for ARM's write budget");
        await context.WaitUntilAsync(input.NotBefore);

        progress.BeginStep($"create agent pool {input.Pool.Name}");
        var error = await Saga.AttemptAsync(() => PoolPolling.CreateAsync(context, input.Pool, input.Timing, progress));

        var end = PoolOutcome.Ready;
        if (error is not null)
        {
            progress.BeginStep($"delete agent pool {input.Pool.Name}, which failed");
            var deletionError = await Saga.AttemptAsync(() => PoolPolling.DeleteAsync(context, input.Pool, input.Timing, progress));
            end = deletionError is null ? PoolOutcome.Gone : PoolOutcome.Stuck;
        }

        progress.BeginStep("store the outcome");
        var report = new PoolReport(input.Pool.Name, end, error, input.Timing, context.Now());
        await context.SettleAsync(input.Pool.ClusterId, report);
        progress.BeginStep("publish the event");
        await context.PublishPoolAsync(error is null ? EventTypes.PoolCreated : EventTypes.PoolFailed, input.Pool, EventPublishing.Describe(error));
        return report;
    }
}

/// <summary>Input of the orchestrations that create and delete agent pools.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Timing">Timeouts and polling delays.</param>
/// <param name="NotBefore">The earliest time of the first write, to stay within ARM's write budget.</param>
public sealed record PoolOperationInput(
    [property: JsonPropertyName("pool")] PoolRef Pool,
    [property: JsonPropertyName("timing")] OperationTiming Timing,
    [property: JsonPropertyName("notBefore")] DateTimeOffset NotBefore);
