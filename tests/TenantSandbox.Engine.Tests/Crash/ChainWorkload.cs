using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TenantSandbox.Local.Engine;

namespace TenantSandbox.Engine.Tests.Crash;

/// <summary>One orchestration that uses everything which has to survive: activities, child, timer, events, entities, ContinueAsNew.</summary>
internal static class ChainWorkload
{
    private static readonly EntityInstanceId Tally = new("tally", "t");

    public static async Task<string> RunAsync(string directory, Action<long> afterCommit)
    {
        await using DurableEngine engine = Engine(directory, afterCommit, new TaskCatalog()
            .AddActivity("effect", async (call, cancellation) =>
            {
                string line = (string)call.GetInput(typeof(string))!;
                await File.AppendAllTextAsync(Path.Combine(directory, "effects"), line + "\n", cancellation);
                return line;
            })
            .AddEntity("tally", _ => new TallyEntity())
            .AddOrchestrator("child", async context =>
            {
                string got = await context.WaitForExternalEvent<string>("hello");
                return got + await context.CallActivityAsync<string>("effect", "child");
            })
            .AddOrchestrator("chain", async context => await ChainAsync(context, context.GetInput<int>())));
        await engine.StartAsync(CancellationToken.None);
        if (await engine.Client.GetInstanceAsync("chain-1") is null)
        {
            await engine.Client.ScheduleNewOrchestrationInstanceAsync("chain", 0, new StartOrchestrationOptions("chain-1"));
        }

        OrchestrationMetadata done = await engine.Client.WaitForInstanceCompletionAsync("chain-1", true, TaskHost.Deadline);
        return $"{done.RuntimeStatus} {done.SerializedOutput} {done.FailureDetails}";
    }

    public static DurableEngine Engine(string directory, Action<long> afterCommit, TaskCatalog catalog, int batch = 1) => new(
        new()
        {
            DatabasePath = Path.Combine(directory, "engine.db"),
            CommitBatchSize = batch,
            AfterCommit = afterCommit,
            Durability = CommitDurability.ProcessDeath,
        },
        catalog, new ServiceCollection().BuildServiceProvider(), TimeProvider.System, NullLoggerFactory.Instance);

    private static async Task<object?> ChainAsync(TaskOrchestrationContext context, int round)
    {
        string first = await context.CallActivityAsync<string>("effect", $"first-{round}");
        await context.Entities.CallEntityAsync(Tally, "Add", 1);
        await context.Entities.SignalEntityAsync(Tally, "Add", 10);
        Task<string> child = context.CallSubOrchestratorAsync<string>("child", options: new SubOrchestrationOptions(instanceId: $"child-{round}"));
        context.SendEvent($"child-{round}", "hello", "hi ");
        await context.CreateTimer(TimeSpan.FromMilliseconds(5), CancellationToken.None);
        string fromChild = await child;
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
