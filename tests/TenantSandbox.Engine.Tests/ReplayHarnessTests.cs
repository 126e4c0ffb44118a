using System.Globalization;
using CsCheck;
using Microsoft.DurableTask;
using TenantSandbox.Local.Engine;

namespace TenantSandbox.Engine.Tests;

public sealed class ReplayHarnessTests
{
    private static string GoldenFile => Path.Combine(AppContext.BaseDirectory, "Golden", "saga.json");

    [Fact]
    public async Task VerifyReplay_DeterministicCode_PassesFromEveryStepAndAsJsonToo()
    {
        await using TaskHost host = await SagaAsync();
        await host.ResultAsync<string>("saga", "t1");

        await foreach (var instance in host.Client.GetAllInstancesAsync())
        {
            RecordedRun run = (await host.Engine.RecordAsync(instance.InstanceId))!;
            host.Engine.VerifyReplay(run);
            host.Engine.VerifyReplay(RecordedRun.FromJson(run.ToJson()));
        }
    }

    /// <summary>A run of another process on another day. If this fails, running instances would fail too: raise defaultVersion, then record anew
    /// (ENGINE_RECORD_GOLDEN=FILE writes one).</summary>
    [Fact]
    public async Task VerifyReplay_GoldenHistory_TodaysCodeStillGoesTheSameWay()
    {
        await using TaskHost host = await SagaAsync();

        if (Environment.GetEnvironmentVariable("ENGINE_RECORD_GOLDEN") is { } newFile)
        {
            string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("saga", "t1", new StartOrchestrationOptions("golden"));
            await host.CompletionAsync(id);
            await File.WriteAllTextAsync(newFile, (await host.Engine.RecordAsync(id))!.ToJson() + "\n");
        }

        RecordedRun golden = RecordedRun.FromJson(await File.ReadAllTextAsync(GoldenFile));
        host.Engine.VerifyReplay(golden);

        Assert.True(golden.Events.Count > 10, "the golden history is cut short");
    }

    [Fact]
    public async Task VerifyReplay_InputDependsOnTheCulture_IsFound()
    {
        await using TaskHost host = await new TaskHost()
            .Activity<string, string>("echo", s => s)
            .Orchestrator("formats", context => context.CallActivityAsync<string>("echo", 1.5.ToString(CultureInfo.CurrentCulture)))
            .StartAsync();
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("formats");
        await host.CompletionAsync(id);
        RecordedRun run = (await host.Engine.RecordAsync(id))!;

        NonDeterminismException e = Assert.Throws<NonDeterminismException>(() => host.Engine.VerifyReplay(run));

        Assert.Equal(1, e.Step);
        Assert.Contains("activity 'echo' as action #0", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "activity 'reserve'", "activity 'renamed'")]
    [InlineData(2, "a timer", "activity 'extra'")]
    [InlineData(3, "the end Completed", "Failed")]
    public async Task VerifyReplay_ChangedCode_NamesTheStepAndBothSides(int step, string recorded, string replayed)
    {
        int changedAt = 0;
        await using TaskHost host = await new TaskHost()
            .Activity<string, string>("reserve", s => s)
            .Orchestrator("changes", async context =>
            {
                await context.CallActivityAsync(changedAt == 1 ? "renamed" : "reserve", "x");
                if (changedAt == 2)
                {
                    await context.CallActivityAsync("extra", "x");
                }

                await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
                return changedAt == 3 ? throw new InvalidOperationException("changed") : 0;
            })
            .StartAsync();
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("changes");
        await host.CompletionAsync(id);
        RecordedRun run = (await host.Engine.RecordAsync(id))!;
        changedAt = step;

        NonDeterminismException e = Assert.Throws<NonDeterminismException>(() => host.Engine.VerifyReplay(run));

        Assert.Equal(step, e.Step);
        Assert.Contains(recorded, e.Recorded, StringComparison.Ordinal);
        Assert.Contains(replayed, e.Replayed, StringComparison.Ordinal);
    }

    /// <summary>Random programs of waits, calls, races and children: whatever they do, every prefix goes on the same.</summary>
    [Fact]
    public async Task VerifyReplay_RandomPrograms_AllPrefixesAgree()
    {
        await using TaskHost host = await new TaskHost()
            .Activity<int, int>("work", n => n % 5 == 4 ? throw new InvalidOperationException($"{n}") : n)
            .Orchestrator<int[], int>("random", RandomProgramAsync)
            .StartAsync();

        await Gen.Int[0, 6].Array[1, 8].SampleAsync(async program =>
        {
            string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("random", program);
            await host.CompletionAsync(id);
            host.Engine.VerifyReplay((await host.Engine.RecordAsync(id))!);
        }, iter: 40, threads: 1);
    }

    private static async Task<int> RandomProgramAsync(TaskOrchestrationContext context, int[]? program)
    {
        int sum = 0;
        foreach ((int instruction, int index) in program!.Select((instruction, index) => (instruction, index)))
        {
            try
            {
                sum += instruction switch
                {
                    0 => await context.CallActivityAsync<int>("work", index),
                    1 => (await Task.WhenAll(Enumerable.Range(0, 3).Select(n => context.CallActivityAsync<int>("work", n)).ToArray())).Sum(),
                    2 => await context.CallSubOrchestratorAsync<int>("random", program![..(index / 2)]),
                    3 => await Race(context, index),
                    4 => await context.CallActivityAsync<int>(
                        "work", index, TaskOptions.FromRetryPolicy(new RetryPolicy(2, TimeSpan.FromMinutes(1)))),
                    5 => context.NewGuid().ToByteArray()[0],
                    _ => await context.WaitForExternalEvent<int>("never", TimeSpan.FromSeconds(index + 1)),
                };
            }
            catch (Exception e) when (e is TaskFailedException or TaskCanceledException)
            {
                sum++;
            }
        }

        return sum;
    }

    private static async Task<int> Race(TaskOrchestrationContext context, int seconds)
    {
        using CancellationTokenSource stop = new();
        Task timer = context.CreateTimer(TimeSpan.FromSeconds(seconds), stop.Token);
        Task<int> work = context.CallActivityAsync<int>("work", seconds);
        bool first = await Task.WhenAny(timer, work) == work;
        stop.Cancel();
        return first ? await work : 0;
    }

    private static Task<TaskHost> SagaAsync() => new TaskHost()
        .Activity<string, string>("reserve", s => "pool-" + s)
        .Activity<string, string>("break", s => throw new InvalidOperationException(s))
        .Activity<string, int>("undo", s => s.Length)
        .Orchestrator<string, string>("child", async (context, tenant) =>
        {
            await context.CreateTimer(TimeSpan.FromMinutes(5), CancellationToken.None);
            return tenant + context.NewGuid().ToString("N")[..4];
        })
        .Orchestrator<string, string>("saga", async (context, tenant) =>
        {
            string pool = await context.CallActivityAsync<string>("reserve", tenant);
            string child = await context.CallSubOrchestratorAsync<string>("child", tenant, new SubOrchestrationOptions(instanceId: tenant + "-child"));
            try
            {
                await context.CallActivityAsync("break", child, TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMinutes(1), 2)));
                return "no";
            }
            catch (TaskFailedException)
            {
                return $"{pool} undone {await context.CallActivityAsync<int>("undo", pool)}";
            }
        })
        .StartAsync();
}
