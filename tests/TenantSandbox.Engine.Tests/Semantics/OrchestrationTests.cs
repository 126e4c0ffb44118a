using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace TenantSandbox.Engine.Tests.Semantics;

public sealed class OrchestrationTests
{
    [Fact]
    public async Task Run_SequentialActivities_ReturnsTheirResultsInOrder()
    {
        await using TaskHost host = await new TaskHost()
            .Activity<string, string>("greet", name => $"hello {name}")
            .Orchestrator("all", async context =>
            {
                List<string> greetings = [];
                foreach (string name in (string[])["a", "b", "c"])
                {
                    greetings.Add(await context.CallActivityAsync<string>("greet", name));
                }

                return greetings;
            })
            .StartAsync();

        Assert.Equal("hello a,hello b,hello c", string.Join(",", (await host.ResultAsync<List<string>>("all"))!));
    }

    [Fact]
    public async Task Run_FanOutOfOneHundred_RunsEachOnce()
    {
        int runs = 0;
        await using TaskHost host = await new TaskHost()
            .Activity<int, int>("square", n =>
            {
                Interlocked.Increment(ref runs);
                return n * n;
            })
            .Orchestrator("sum", async context =>
            {
                Task<int>[] squares = [.. Enumerable.Range(1, 100).Select(n => context.CallActivityAsync<int>("square", n))];
                return (await Task.WhenAll(squares)).Sum();
            })
            .StartAsync();

        Assert.Equal(338350, await host.ResultAsync<int>("sum"));
        Assert.Equal(100, runs);
    }

    [Fact]
    public async Task CallSubOrchestrator_WithInstanceId_RunsItAsChildAndReturnsItsResult()
    {
        await using TaskHost host = await new TaskHost()
            .Orchestrator<int, string>("child", (context, n) => Task.FromResult($"{context.Parent!.Name}/{context.Parent.InstanceId}/{n}"))
            .Orchestrator("parent", context => context.CallSubOrchestratorAsync<string>("child", 7, new SubOrchestrationOptions(instanceId: "kid")))
            .StartAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("parent", new StartOrchestrationOptions("top"));

        Assert.Equal("parent/top/7", (await host.CompletionAsync("top")).ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await host.Client.GetInstanceAsync("kid"))!.RuntimeStatus);
    }

    [Fact]
    public async Task CallSubOrchestrator_ChildFails_ParentSeesTaskFailedExceptionWithTheChain()
    {
        await using TaskHost host = await new TaskHost()
            .Activity<string, string>("break", _ => throw new InvalidOperationException("broken", new FormatException("why")))
            .Orchestrator("child", context => context.CallActivityAsync<string>("break"))
            .Orchestrator("parent", async context =>
            {
                TaskFailedException e = await Assert.ThrowsAsync<TaskFailedException>(() => context.CallSubOrchestratorAsync<string>("child"));
                TaskFailureDetails activity = e.FailureDetails.InnerFailure!;
                return $"{e.TaskName} {e.FailureDetails.IsCausedBy<TaskFailedException>()} {activity.IsCausedBy<InvalidOperationException>()} "
                    + $"{activity.InnerFailure!.ErrorType}: {activity.InnerFailure.ErrorMessage}";
            })
            .StartAsync();

        Assert.Equal("child True True System.FormatException: why", await host.ResultAsync<string>("parent"));
    }

    [Fact]
    public async Task Run_CodeThrows_FailsWithTheDetails()
    {
        await using TaskHost host = await new TaskHost()
            .Orchestrator<string>("throws", _ => throw new InvalidOperationException("no luck"))
            .StartAsync();

        OrchestrationMetadata done = await host.RunAsync("throws");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, done.RuntimeStatus);
        Assert.True(done.FailureDetails!.IsCausedBy<InvalidOperationException>());
        Assert.Equal("no luck", done.FailureDetails.ErrorMessage);
    }

    [Fact]
    public async Task ContinueAsNew_WithBufferedEvents_KeepsThemForTheNextRunInOrder()
    {
        await using TaskHost host = await new TaskHost()
            .Orchestrator<List<int>, List<int>>("collect", async (context, seen) =>
            {
                seen!.Add(await context.WaitForExternalEvent<int>("n"));
                if (seen.Count < 5)
                {
                    context.ContinueAsNew(seen);
                }

                return seen;
            })
            .StartAsync();
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("collect", new List<int>());
        for (int n = 1; n <= 5; n++)
        {
            await host.Client.RaiseEventAsync(id, "n", n);
        }

        Assert.Equal("1,2,3,4,5", string.Join(",", (await host.CompletionAsync(id)).ReadOutputAs<List<int>>()!));
    }

    [Fact]
    public async Task ContinueAsNew_DroppingEvents_StartsWithoutThem()
    {
        await using TaskHost host = await new TaskHost()
            .Orchestrator<int, string>("twice", async (context, run) =>
            {
                await context.WaitForExternalEvent<int>("go");
                if (run == 0)
                {
                    context.ContinueAsNew(1, preserveUnprocessedEvents: false);
                    return "";
                }

                return await context.WaitForExternalEvent<string>("other");
            })
            .StartAsync();
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("twice", 0);
        await host.Client.RaiseEventAsync(id, "other", "old");
        await host.WhenIdleAsync();
        await host.Client.RaiseEventAsync(id, "go", 1);
        await host.WhenIdleAsync();
        await host.Client.RaiseEventAsync(id, "go", 1);
        await host.Client.RaiseEventAsync(id, "other", "new");

        Assert.Equal("new", (await host.CompletionAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Replay_GuidsAndTime_AreTheSameAtEveryReplay()
    {
        List<(Guid Guid, DateTime Time)> seen = [];
        await using TaskHost host = await new TaskHost()
            .Activity<int, int>("noop", n => n)
            .Orchestrator("same", async context =>
            {
                (Guid, DateTime) first = (context.NewGuid(), context.CurrentUtcDateTime);
                seen.Add(first);
                await context.CallActivityAsync("noop", 1);
                Guid second = context.NewGuid();
                await context.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None);
                return second != first.Item1 && context.CurrentUtcDateTime >= first.Item2.AddDays(1);
            })
            .StartAsync();

        Assert.True(await host.ResultAsync<bool>("same"));
        Assert.Equal(3, seen.Count);
        Assert.Single(seen.Distinct());
    }

    [Fact]
    public async Task SetCustomStatus_WhileItRuns_IsReadByTheClient()
    {
        await using TaskHost host = await new TaskHost()
            .Orchestrator("status", async context =>
            {
                context.SetCustomStatus(new { phase = "waiting" });
                await context.WaitForExternalEvent<string>("go");
                context.SetCustomStatus("gone");
                return 0;
            })
            .StartAsync();
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("status");
        await host.WhenIdleAsync();

        OrchestrationMetadata waiting = (await host.Client.GetInstanceAsync(id, true))!;
        Assert.Equal("""{"phase":"waiting"}""", waiting.SerializedCustomStatus);
        Assert.Equal(OrchestrationRuntimeStatus.Running, waiting.RuntimeStatus);
        await host.Client.RaiseEventAsync(id, "go");
        Assert.Equal("gone", (await host.CompletionAsync(id)).ReadCustomStatusAs<string>());
    }

    [Fact]
    public async Task Run_UnknownNames_FailInsteadOfWaiting()
    {
        await using TaskHost host = await new TaskHost()
            .Orchestrator("calls", context => context.CallActivityAsync<string>(
                "nobody", options: TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromDays(1)))))
            .StartAsync();

        Assert.Contains("nothing-like-it", (await host.RunAsync("nothing-like-it")).FailureDetails!.ErrorMessage, StringComparison.Ordinal);
        OrchestrationMetadata done = await host.RunAsync("calls");
        Assert.Contains("'nobody'", done.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
        Assert.True(host.Clock.GetUtcNow() < TaskHost.Start.AddDays(1), "an unknown activity isn't retried");
    }

    [Fact]
    public async Task Run_CodeAwaitsSomethingThatIsNotDurable_FailsAndSaysSo()
    {
        await using TaskHost host = await new TaskHost()
            .Orchestrator("escapes", _ => new TaskCompletionSource<int>().Task)
            .StartAsync();

        OrchestrationMetadata done = await host.RunAsync("escapes");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, done.RuntimeStatus);
        Assert.Contains("its context didn't hand out", done.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_CodeChangedUnderARunningInstance_FailsNamingBothSides()
    {
        bool changed = false;
        await using TaskHost host = await new TaskHost()
            .Activity<string, string>("first", s => s)
            .Activity<string, string>("second", s => s)
            .Orchestrator("changing", async context =>
            {
                await context.CallActivityAsync(changed ? "second" : "first", "x");
                await context.WaitForExternalEvent<string>("go");
                return 0;
            })
            .StartAsync();
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("changing");
        await host.WhenIdleAsync();
        changed = true;
        await host.Client.RaiseEventAsync(id, "go");

        OrchestrationMetadata done = await host.CompletionAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, done.RuntimeStatus);
        Assert.Contains("activity 'first' as action #0", done.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("activity 'second' as action #0", done.FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_LongFailureText_IsCut()
    {
        await using TaskHost host = new();
        host.Options = host.Options with { FailureTextLimit = 100 };
        await host.Activity<string, string>("chatty", _ => throw new InvalidOperationException(new string('x', 100_000)))
            .Orchestrator("calls", context => context.CallActivityAsync<string>("chatty"))
            .StartAsync();

        OrchestrationMetadata done = await host.RunAsync("calls");

        Assert.InRange(done.FailureDetails!.InnerFailure!.ErrorMessage.Length, 100, 200);
        Assert.Contains("cut at 100 of 100000", done.FailureDetails.InnerFailure.ErrorMessage, StringComparison.Ordinal);
    }
}
