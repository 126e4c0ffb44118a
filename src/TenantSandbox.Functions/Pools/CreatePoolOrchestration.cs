using System.Text.Json.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Azure.Arm;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Pools;

/// <summary>
/// Creates one agent pool. Only this orchestration polls the pool; tenants wait for its report. A pool that fails is deleted
/// before anyone is told, so that a report of failure also means that the pool is absent, unless it says that it is stuck.
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
        var failures = new PoolFailures();
        PoolObservation? created = null;
        var error = await Saga.AttemptAsync(async () => created = await PoolPolling.CreateAsync(context, input, failures, progress));

        var outcome = PoolOutcome.Ready;
        if (created is { Condition: PoolCondition.NotOurs })
        {
            outcome = PoolOutcome.NameTaken;
            error = TenantError.Create(ErrorClass.Conflict, "PoolNameTaken", $"Agent pool '{input.Pool.Name}': {created.Detail}");
        }
        else if (error is not null)
        {
            progress.BeginStep($"delete agent pool {input.Pool.Name}, which failed");
            var deletionError = await Saga.AttemptAsync(() => PoolPolling.DeleteAsync(context, input, failures, progress));
            outcome = deletionError is null ? PoolOutcome.Gone : PoolOutcome.Stuck;
            if (deletionError is not null && input.MustReadPods)
            {
                error = TenantError.Create(error.ErrorClass, error.Code, $"{error.Message} Deleting it failed too: {deletionError.Message}");
            }
        }

        progress.BeginStep("store the outcome");
        var report = new PoolReport(input.Pool.Name, outcome, error, input.Timing, context.Now(), input.MustReadPods ? created?.ResourceId : null, input.MustReadPods ? failures.Evidence : null);
        await context.SettleAsync(input.Pool.ClusterId, report);
        if (outcome != PoolOutcome.NameTaken)
        {
            progress.BeginStep("publish the event");
            await context.PublishPoolAsync(error is null ? EventTypes.PoolCreated : EventTypes.PoolFailed, input.Pool, EventPublishing.Describe(error));
        }

        return report;
    }
}

/// <summary>Input of the orchestrations that create and delete agent pools.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Timing">Timeouts and polling delays.</param>
/// <param name="NotBefore">The earliest time of the first write, to stay within ARM's write budget.</param>
/// <param name="MustReadPods">
/// Whether the pool's nodes must run no pod of a tenant before it is deleted. False in instances of a version that didn't check.
/// </param>
public sealed record PoolOperationInput(
    [property: JsonPropertyName("pool")] PoolRef Pool,
    [property: JsonPropertyName("timing")] OperationTiming Timing,
    [property: JsonPropertyName("notBefore")] DateTimeOffset NotBefore,
    [property: JsonPropertyName("mustReadPods"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool MustReadPods = false);
