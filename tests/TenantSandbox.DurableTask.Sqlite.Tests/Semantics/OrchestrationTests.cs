using DurableTask.Core;
using DurableTask.Core.History;
using Microsoft.DurableTask;
using Newtonsoft.Json.Linq;

namespace TenantSandbox.DurableTask.Sqlite.Tests.Semantics;

public sealed class OrchestrationTests
{
    [Fact]
    public async Task Run_SequentialActivities_ReturnsTheirResultsInOrder()
    {
        await using var host = await new TaskHost()
            .Activity<string, string>("greet", name => $"hello {name}")
            .Orchestrator("all", async context =>
            {
                List<string> greetings = [];
                foreach (var name in (string[])["a", "b", "c"])
                {
                    greetings.Add(await context.CallActivityAsync<string>("greet", name));
                }

                return greetings;
            })
            .StartAsync();

        Assert.Equal(["hello a", "hello b", "hello c"], await host.ResultAsync<List<string>>("all"));
    }

    [Fact]
    public async Task Run_FanOutOfOneHundred_RunsEachOnce()
    {
        var runs = 0;
        await using var host = await new TaskHost()
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
        await using var host = await new TaskHost()
            .Orchestrator<int, string>("child", async (_, n) => $"got {n}")
            .Orchestrator("parent", context => context.CallSubOrchestratorAsync<string>("child", 7, new SubOrchestrationOptions(instanceId: "kid")))
            .StartAsync();
        await host.ScheduleAsync("parent", id: "top");

        Assert.Equal("got 7", await host.OutputAsync<string>("top"));
        var child = (await host.GetAsync("kid"))!;
        Assert.Equal((OrchestrationStatus.Completed, "top"), (child.OrchestrationStatus, child.ParentInstance.OrchestrationInstance.InstanceId));
    }

    [Fact]
    public async Task CallSubOrchestrator_ChildFails_ParentSeesTheChainOfFailures()
    {
        await using var host = await new TaskHost()
            .Activity<string, string>("break", string (_) => throw new InvalidOperationException("broken", new FormatException("why")))
            .Orchestrator("child", context => context.CallActivityAsync<string>("break"))
            .Orchestrator("parent", async context =>
            {
                var failure = await Assert.ThrowsAsync<TaskFailedException>(() => context.CallSubOrchestratorAsync<string>("child"));
                var activity = failure.FailureDetails.InnerFailure!;
                return $"{failure.TaskName} {failure.FailureDetails.IsCausedBy<TaskFailedException>()} {activity.IsCausedBy<InvalidOperationException>()} "
                    + $"{activity.InnerFailure!.ErrorType}: {activity.InnerFailure.ErrorMessage}";
            })
            .StartAsync();

        Assert.Equal("child True True System.FormatException: why", await host.ResultAsync<string>("parent"));
    }

    [Fact]
    public async Task CallSubOrchestrator_IdOfARunningInstance_FailsTheCallAndLeavesTheInstance()
    {
        await using var host = await new TaskHost()
            .Orchestrator("wait", context => context.WaitForExternalEvent<string>("go"))
            .Orchestrator("parent", context => context.CallSubOrchestratorAsync<string>("wait", "x", new SubOrchestrationOptions(instanceId: "the-one")))
            .StartAsync();
        await host.ScheduleAsync("wait", id: "the-one");
        await host.WhenIdleAsync();

        Assert.Contains("'the-one' is already Running", (await host.RunAsync("parent")).FailureDetails.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(OrchestrationStatus.Running, await host.StatusAsync("the-one"));
    }

    [Fact]
    public async Task Run_CodeThrows_FailsWithTheDetails()
    {
        await using var host = await new TaskHost()
            .Orchestrator<string>("throws", _ => throw new InvalidOperationException("no luck"))
            .StartAsync();

        var done = await host.RunAsync("throws");

        Assert.Equal(OrchestrationStatus.Failed, done.OrchestrationStatus);
        Assert.Equal((typeof(InvalidOperationException).FullName, "no luck"), (done.FailureDetails.ErrorType, done.FailureDetails.ErrorMessage));
    }

    [Fact]
    public async Task ContinueAsNew_WithBufferedEvents_KeepsThemForTheNextExecutionInOrder()
    {
        await using var host = await new TaskHost()
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
        var id = await host.ScheduleAsync("collect", new List<int>());
        for (var n = 1; n <= 5; n++)
        {
            await host.RaiseAsync(id, "n", n);
        }

        Assert.Equal([1, 2, 3, 4, 5], await host.OutputAsync<List<int>>(id));
    }

    [Fact]
    public async Task ContinueAsNew_Repeatedly_KeepsTheHistoryShort()
    {
        await using var host = await new TaskHost()
            .Activity<int, int>("next", n => n + 1)
            .Orchestrator<int, int>("count", async (context, n) =>
            {
                var next = await context.CallActivityAsync<int>("next", n);
                if (next < 20)
                {
                    context.ContinueAsNew(next);
                }

                return next;
            })
            .StartAsync();
        var id = await host.ScheduleAsync("count", 0);

        Assert.Equal(20, await host.OutputAsync<int>(id));
        var history = JArray.Parse(await host.Service.GetOrchestrationHistoryAsync(id, null));
        Assert.Equal(1, history.Count(e => e.Value<int>("EventType") == (int)EventType.TaskScheduled));
    }

    [Fact]
    public async Task Replay_GuidsAndTime_AreTheSameAtEveryReplay()
    {
        List<(Guid Guid, DateTime Time)> seen = [];
        await using var host = await new TaskHost()
            .Activity<int, int>("noop", n => n)
            .Orchestrator("same", async context =>
            {
                var first = (context.NewGuid(), context.CurrentUtcDateTime);
                seen.Add(first);
                await context.CallActivityAsync("noop", 1);
                var second = context.NewGuid();
                await context.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None);
                return second != first.Item1 && context.CurrentUtcDateTime >= first.CurrentUtcDateTime.AddDays(1);
            })
            .StartAsync();

        Assert.True(await host.ResultAsync<bool>("same"));
        Assert.Equal(3, seen.Count);
        Assert.Equal(TaskHost.Start.UtcDateTime, Assert.Single(seen.Distinct()).Time);
    }

    [Fact]
    public async Task SetCustomStatus_WhileItRuns_IsReadByTheClient()
    {
        await using var host = await new TaskHost()
            .Orchestrator("status", async context =>
            {
                context.SetCustomStatus(new { phase = "waiting" });
                await context.WaitForExternalEvent<string>("go");
                context.SetCustomStatus("gone");
                return 0;
            })
            .StartAsync();
        var id = await host.ScheduleAsync("status");
        await host.WhenIdleAsync();

        var waiting = (await host.GetAsync(id))!;
        Assert.Equal("""{"phase":"waiting"}""", waiting.Status);
        Assert.Equal(OrchestrationStatus.Running, waiting.OrchestrationStatus);
        await host.RaiseAsync(id, "go");
        Assert.Equal("\"gone\"", (await host.CompletionAsync(id)).Status);
    }

    [Fact]
    public async Task Run_CodeChangedUnderARunningInstance_FailsAsNonDeterministic()
    {
        var isChanged = false;
        await using var host = await new TaskHost()
            .Activity<string, string>("first", s => s!)
            .Activity<string, string>("second", s => s!)
            .Orchestrator("changing", async context =>
            {
                await context.CallActivityAsync(isChanged ? "second" : "first", "x");
                await context.WaitForExternalEvent<string>("go");
                return 0;
            })
            .StartAsync();
        var id = await host.ScheduleAsync("changing");
        await host.WhenIdleAsync();
        isChanged = true;
        await host.RaiseAsync(id, "go");

        var done = await host.CompletionAsync(id);

        Assert.Equal(OrchestrationStatus.Failed, done.OrchestrationStatus);
        Assert.Contains("NonDeterministicOrchestrationException", done.FailureDetails.ErrorType, StringComparison.Ordinal);
        Assert.Contains("first", done.FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_OfARun_HasEveryEventWithTheClocksTime()
    {
        await using var host = await new TaskHost()
            .Activity<int, int>("noop", n => n)
            .Orchestrator("short", context => context.CallActivityAsync<int>("noop", 1))
            .StartAsync();
        var id = await host.ScheduleAsync("short");
        await host.CompletionAsync(id);

        var history = JArray.Parse(await host.Service.GetOrchestrationHistoryAsync(id, null));

        Assert.Equal(
            [
                EventType.OrchestratorStarted, EventType.ExecutionStarted, EventType.TaskScheduled, EventType.OrchestratorCompleted,
                EventType.OrchestratorStarted, EventType.TaskCompleted, EventType.ExecutionCompleted, EventType.OrchestratorCompleted,
            ],
            history.Select(e => (EventType)e.Value<int>("EventType")));
        Assert.All(history, e => Assert.Equal(TaskHost.Start.UtcDateTime, e.Value<DateTime>("Timestamp")));
    }

    [Fact]
    public async Task RetryPolicy_WithBackoff_WaitsByTheClock()
    {
        List<DateTimeOffset> calls = [];
        await using var host = new TaskHost();
        await host
            .Activity<object, int>("flaky", _ =>
            {
                calls.Add(host.Clock.GetUtcNow());
                return calls.Count < 4 ? throw new TimeoutException($"attempt {calls.Count}") : calls.Count;
            })
            .Orchestrator("retry", context => context.CallActivityAsync<int>(
                "flaky", options: TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromMinutes(1), 2))))
            .StartAsync();

        Assert.Equal(4, await host.ResultAsync<int>("retry"));
        Assert.Equal([0, 1, 3, 7], calls.Select(call => (int)(call - TaskHost.Start).TotalMinutes));
    }
}
