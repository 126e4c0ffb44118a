using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace TenantSandbox.FunctionHost.SampleApp;

/// <summary>The shape that durable backends are measured with: an orchestration of five no-op activities in sequence.</summary>
public static class BenchmarkFunctions
{
    [Function(nameof(FiveNoOps))]
    public static async Task FiveNoOps([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        for (var i = 0; i < 5; i++)
        {
            await context.CallActivityAsync(nameof(NoOp));
        }
    }

    [Function(nameof(NoOp))]
    public static void NoOp([ActivityTrigger] string? input) => ArgumentOutOfRangeException.ThrowIfNotEqual(input, null);
}
