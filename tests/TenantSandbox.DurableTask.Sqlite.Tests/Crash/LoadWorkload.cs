using DurableTask.Core.Entities;
using DurableTask.Core.Query;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using TenantSandbox.DurableTask.Sqlite.Store;

namespace TenantSandbox.DurableTask.Sqlite.Tests.Crash;

/// <summary>Starts orchestrations as fast as it can, and prints of each that its start, and its event, was acknowledged.</summary>
internal static class LoadWorkload
{
    private static readonly EntityInstanceId Tally = new("tally", "t");

    public static async Task RunAsync(string directory, Action<long> afterCommit, string life)
    {
        await using var host = await StartAsync(directory, afterCommit);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async lane =>
        {
            for (var n = 0; n < 200; n++)
            {
                var id = $"life{life}-{lane}-{n}";
                await host.Service.CreateTaskOrchestrationAsync(Messages.Start("work", id, null));
                Print($"started {id}");
                await host.Service.SendTaskOrchestrationMessageAsync(Messages.Event(id, "go", id));
                Print($"raised {id}");
            }
        }));
    }

    /// <summary>Lets every instance end. One whose event was never acknowledged gets it now.</summary>
    public static async Task<string> DrainAsync(string directory)
    {
        await using var host = await StartAsync(directory, afterCommit: null);
        await host.Service.WhenIdleAsync(TaskHost.Deadline);
        var ended = 0;
        var query = new OrchestrationQuery { ExcludeEntities = true, PageSize = 1000, FetchInputsAndOutputs = false };
        do
        {
            var page = await host.Service.GetOrchestrationWithQueryAsync(query, TaskHost.Deadline);
            foreach (var instance in page.OrchestrationState)
            {
                var id = instance.OrchestrationInstance.InstanceId;
                if (!instance.OrchestrationStatus.IsTerminal())
                {
                    Print($"waiting {id}");
                    await host.Service.SendTaskOrchestrationMessageAsync(Messages.Event(id, "go", id));
                }

                var done = await host.Service.WaitForOrchestrationAsync(id, null, TimeSpan.FromSeconds(60), TaskHost.Deadline);
                Print($"{done?.OrchestrationStatus} {id} {done?.Output}");
                ended++;
            }

            query.ContinuationToken = page.ContinuationToken;
        }
        while (query.ContinuationToken is not null);

        await host.Service.WhenIdleAsync(TaskHost.Deadline);
        var tally = await host.Service.EntityBackendQueries.GetEntityAsync(new EntityId(Tally.Name, Tally.Key), includeState: true);
        return $"tally {tally?.SerializedState ?? "0"} of {ended}";
    }

    private static Task<CrashHost> StartAsync(string directory, Action<long>? afterCommit) => CrashHost.StartAsync(
        directory,
        afterCommit,
        new TaskCatalog()
            .Activity<string, string>("echo", Task.FromResult)
            .Entity<ChainWorkload.TallyEntity>("tally")
            .Orchestrator<object, string>("work", async (context, _) =>
            {
                var went = await context.WaitForExternalEvent<string>("go");
                var echo = await context.CallActivityAsync<string>("echo", went);
                await context.Entities.SignalEntityAsync(Tally, "Add", 1);
                return echo;
            }),
        batch: 64);

    // One write each, so that a kill leaves whole lines.
    private static void Print(string line)
    {
        Console.Out.Write(line + "\n");
        Console.Out.Flush();
    }
}
