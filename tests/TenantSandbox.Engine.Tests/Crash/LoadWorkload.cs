using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;
using TenantSandbox.Local.Engine;

namespace TenantSandbox.Engine.Tests.Crash;

/// <summary>Starts orchestrations as fast as it can, and says of each that its start, and its event, was acknowledged.</summary>
internal static class LoadWorkload
{
    private static readonly EntityInstanceId Tally = new("tally", "t");

    public static async Task RunAsync(string directory, Action<long> afterCommit, string life)
    {
        await using DurableEngine engine = Engine(directory, afterCommit);
        await engine.StartAsync(CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async lane =>
        {
            for (int n = 0; n < 200; n++)
            {
                string id = $"life{life}-{lane}-{n}";
                await engine.Client.ScheduleNewOrchestrationInstanceAsync("work", new StartOrchestrationOptions(id));
                Say($"started {id}");
                await engine.Client.RaiseEventAsync(id, "go", id);
                Say($"raised {id}");
            }
        }));
    }

    /// <summary>Lets everything come to its end; what never got its event acknowledged gets one now.</summary>
    public static async Task<string> DrainAsync(string directory)
    {
        await using DurableEngine engine = Engine(directory, _ => { });
        await engine.StartAsync(CancellationToken.None);
        await engine.WhenIdleAsync(TaskHost.Deadline);
        int completed = 0;
        await foreach (OrchestrationMetadata instance in engine.Client.GetAllInstancesAsync())
        {
            if (!instance.IsCompleted)
            {
                Say($"waiting {instance.InstanceId}");
                await engine.Client.RaiseEventAsync(instance.InstanceId, "go", instance.InstanceId);
            }

            OrchestrationMetadata done = await engine.Client.WaitForInstanceCompletionAsync(instance.InstanceId, true, TaskHost.Deadline);
            Say($"{done.RuntimeStatus} {instance.InstanceId} {done.SerializedOutput}");
            completed++;
        }

        await engine.WhenIdleAsync(TaskHost.Deadline);
        EntityMetadata<int>? tally = await engine.Client.Entities.GetEntityAsync<int>(Tally);
        return $"tally {tally?.State ?? 0} of {completed}";
    }

    private static DurableEngine Engine(string directory, Action<long> afterCommit) => ChainWorkload.Engine(
        directory,
        afterCommit,
        new TaskCatalog()
            .AddActivity("echo", (call, _) => Task.FromResult(call.GetInput(typeof(string))))
            .AddEntity("tally", _ => new ChainWorkload.TallyEntity())
            .AddOrchestrator("work", async context =>
            {
                string went = await context.WaitForExternalEvent<string>("go");
                string echo = await context.CallActivityAsync<string>("echo", went);
                await context.Entities.SignalEntityAsync(Tally, "Add", 1);
                return echo;
            }),
        batch: 64);

    // One write each, so that a kill leaves whole lines.
    private static void Say(string line)
    {
        Console.Out.Write(line + "\n");
        Console.Out.Flush();
    }
}
