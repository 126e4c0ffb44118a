using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;

namespace TenantSandbox.DurableTask.Sqlite.Tests.Crash;

/// <summary>One orchestration that uses everything that has to survive: activities, sub-orchestration, timer, events, entities, ContinueAsNew.</summary>
internal static class ChainWorkload
{
    private static readonly EntityInstanceId Tally = new("tally", "t");

    public static async Task<string> RunAsync(string directory, Action<long> afterCommit)
    {
        var catalog = new TaskCatalog()
            .Activity<string, string>("effect", async line =>
            {
                await File.AppendAllTextAsync(Path.Combine(directory, "effects"), line + "\n");
                return line;
            })
            .Entity<TallyEntity>("tally")
            .Orchestrator<object, string>("child", async (context, _) =>
            {
                var got = await context.WaitForExternalEvent<string>("hello");
                return got + await context.CallActivityAsync<string>("effect", "child");
            })
            .Orchestrator<int, string>("chain", ChainAsync);
        await using var host = await CrashHost.StartAsync(directory, afterCommit, catalog, batch: 1);
        if (await host.Service.GetOrchestrationStateAsync("chain-1", executionId: null) is null)
        {
            await host.Service.CreateTaskOrchestrationAsync(Messages.Start("chain", "chain-1", 0));
        }

        var done = await host.Service.WaitForOrchestrationAsync("chain-1", null, TimeSpan.FromSeconds(60), TaskHost.Deadline);
        return $"{done?.OrchestrationStatus} {done?.Output}";
    }

    private static async Task<string?> ChainAsync(TaskOrchestrationContext context, int round)
    {
        var first = await context.CallActivityAsync<string>("effect", $"first-{round}");
        await context.Entities.CallEntityAsync(Tally, "Add", 1);
        await context.Entities.SignalEntityAsync(Tally, "Add", 10);
        var child = context.CallSubOrchestratorAsync<string>("child", options: new SubOrchestrationOptions(instanceId: $"child-{round}"));
        context.SendEvent($"child-{round}", "hello", "hi ");
        await context.CreateTimer(TimeSpan.FromMilliseconds(5), CancellationToken.None);
        var fromChild = await child;
        if (round == 0)
        {
            context.ContinueAsNew(1);
            return null;
        }

        return $"{first} {fromChild} {await context.Entities.CallEntityAsync<int>(Tally, "Get")}";
    }

    internal sealed class TallyEntity : TaskEntity<int>
    {
        public void Add(int amount) => State += amount;

        public int Get() => State;
    }
}
