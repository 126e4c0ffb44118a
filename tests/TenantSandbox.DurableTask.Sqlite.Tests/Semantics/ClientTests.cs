using DurableTask.Core;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using DurableTask.Core.Query;
using Microsoft.DurableTask;
using TaskFailedException = Microsoft.DurableTask.TaskFailedException;

namespace TenantSandbox.DurableTask.Sqlite.Tests.Semantics;

public sealed class ClientTests
{
    private static readonly StartSettings Once = new()
    {
        DedupeStatuses = [OrchestrationStatus.Pending, OrchestrationStatus.Running, OrchestrationStatus.Suspended],
    };

    [Fact]
    public async Task Create_WithoutDedupe_ReplacesARunningInstance()
    {
        await using var host = await WaitingAsync();
        await host.ScheduleAsync("wait", "old", "the-one");
        await host.WhenIdleAsync();
        await host.ScheduleAsync("wait", "new", "the-one");
        await host.RaiseAsync("the-one", "go", "!");

        Assert.Equal("new!", await host.OutputAsync<string>("the-one"));
        Assert.Equal(1, (await host.GetAsync("the-one"))!.Generation);
    }

    [Fact]
    public async Task Create_ReplacesWhileAnActivityRuns_TheFormerResultIsDropped()
    {
        var started = new TaskCompletionSource();
        var gate = new TaskCompletionSource();
        await using var host = await new TaskHost()
            .Activity<string, string>("slow", async input =>
            {
                started.TrySetResult();
                await gate.Task;
                return input!;
            })
            .Orchestrator<string, string>("calls", (context, input) => context.CallActivityAsync<string>("slow", input)!)
            .StartAsync();
        await host.ScheduleAsync("calls", "old", "the-one");
        await started.Task.WaitAsync(TaskHost.Deadline);
        await host.ScheduleAsync("calls", "new", "the-one");
        gate.SetResult();

        Assert.Equal("new", await host.OutputAsync<string>("the-one"));
        await host.WhenIdleAsync();
    }

    [Fact]
    public async Task Create_DedupedWhileRunning_ThrowsAndLeavesIt()
    {
        await using var host = await WaitingAsync();
        await host.ScheduleAsync("wait", "old", "the-one", Once);

        var refusal = await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => host.ScheduleAsync("wait", "new", "the-one", Once));
        await host.RaiseAsync("the-one", "go", "!");

        Assert.Contains("'the-one'", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("old!", await host.OutputAsync<string>("the-one"));
        await host.ScheduleAsync("wait", "again", "the-one", Once);
    }

    [Fact]
    public async Task Create_DedupedHundredTimesAtOnce_StartsOne()
    {
        await using var host = await WaitingAsync();

        var started = await Task.WhenAll(Enumerable.Range(0, 100).Select(async n =>
        {
            try
            {
                await host.ScheduleAsync("wait", $"{n}", "the-one", Once);
                return true;
            }
            catch (OrchestrationAlreadyExistsException)
            {
                return false;
            }
        }));

        Assert.Single(started, hasStarted => hasStarted);
    }

    [Fact]
    public async Task Create_TagsVersionAndTimes_AreKept()
    {
        await using var host = await WaitingAsync();
        await host.ScheduleAsync("wait", "x", "tagged", new() { Tags = new() { ["tenant"] = "t1" }, Version = "1.5" });
        await host.WhenIdleAsync();

        var state = (await host.GetAsync("tagged"))!;

        Assert.Equal(("t1", "1.5", "\"x\""), (state.Tags["tenant"], state.Version, state.Input));
        Assert.Equal((TaskHost.Start.UtcDateTime, TaskHost.Start.UtcDateTime), (state.CreatedTime, state.LastUpdatedTime));
    }

    [Fact]
    public async Task Terminate_ARunningInstance_EndsItWithTheReason()
    {
        await using var host = await WaitingAsync();
        await host.ScheduleAsync("wait", "x", "the-one");
        await host.WhenIdleAsync();
        await host.Service.ForceTerminateTaskOrchestrationAsync("the-one", "stop");

        var done = await host.CompletionAsync("the-one");

        Assert.Equal((OrchestrationStatus.Terminated, "stop"), (done.OrchestrationStatus, done.Output));
    }

    [Fact]
    public async Task Terminate_AChild_FailsTheParentsCall()
    {
        await using var host = await WaitingAsync(host => host.Orchestrator("parent", async context =>
        {
            await Assert.ThrowsAsync<TaskFailedException>(
                () => context.CallSubOrchestratorAsync<string>("wait", options: new SubOrchestrationOptions(instanceId: "c")));
            return "saw it";
        }));
        var id = await host.ScheduleAsync("parent");
        await host.WhenIdleAsync();
        await host.Service.ForceTerminateTaskOrchestrationAsync("c", "stop");

        Assert.Equal("saw it", await host.OutputAsync<string>(id));
    }

    [Fact]
    public async Task Create_ReplacesAChild_FailsTheParentsCall()
    {
        await using var host = await WaitingAsync(host => host.Orchestrator("parent", async context =>
        {
            var failure = await Assert.ThrowsAsync<TaskFailedException>(
                () => context.CallSubOrchestratorAsync<string>("wait", options: new SubOrchestrationOptions(instanceId: "c")));
            return failure.FailureDetails.ErrorMessage;
        }));
        var id = await host.ScheduleAsync("parent");
        await host.WhenIdleAsync();
        await host.ScheduleAsync("wait", "x", "c");

        Assert.Contains("was replaced", await host.OutputAsync<string>(id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Purge_ById_DeletesWhateverTheStatus()
    {
        await using var host = await WaitingAsync();
        await host.ScheduleAsync("wait", "x", "the-one");
        await host.WhenIdleAsync();

        Assert.Equal(1, (await host.Service.PurgeInstanceStateAsync("the-one")).DeletedInstanceCount);
        Assert.Null(await host.GetAsync("the-one"));
        Assert.Equal("[]", await host.Service.GetOrchestrationHistoryAsync("the-one", null));
        Assert.Equal(0, (await host.Service.PurgeInstanceStateAsync("the-one")).DeletedInstanceCount);
        await host.RaiseAsync("the-one", "go", "!");
        await host.WhenIdleAsync();
        Assert.Null(await host.GetAsync("the-one"));
    }

    [Fact]
    public async Task Purge_ByFilter_DeletesEndedInstancesOnly()
    {
        await using var host = await WaitingAsync(host => host.Orchestrator("quick", _ => Task.FromResult(1)));
        for (var n = 0; n < 120; n++)
        {
            await host.ScheduleAsync("quick", id: $"q{n}");
        }

        await host.ScheduleAsync("wait", "x", "the-one");
        await host.WhenIdleAsync();

        var none = await host.Service.PurgeInstanceStateAsync(new PurgeInstanceFilter(TaskHost.Start.AddDays(1).UtcDateTime, null, null));
        var cut = await host.Service.PurgeInstanceStateAsync(new PurgeInstanceFilter(default, null, null) { Timeout = TimeSpan.Zero });
        var all = await host.Service.PurgeInstanceStateAsync(new PurgeInstanceFilter(default, null, null) { Timeout = TimeSpan.FromMinutes(1) });

        Assert.Equal((0, null), (none.DeletedInstanceCount, none.IsComplete));
        Assert.Equal((0, false), (cut.DeletedInstanceCount, cut.IsComplete));
        Assert.Equal((120, true), (all.DeletedInstanceCount, all.IsComplete));
        Assert.Equal(OrchestrationStatus.Running, await host.StatusAsync("the-one"));
    }

    [Fact]
    public async Task PurgeHistory_ByCompletion_DeletesTheOlder()
    {
        await using var host = await WaitingAsync(host => host.Orchestrator("quick", _ => Task.FromResult(1)), holdTime: true);
        await host.ScheduleAsync("quick", id: "old");
        await host.AdvanceAsync(TimeSpan.FromDays(1));
        await host.ScheduleAsync("quick", id: "new");
        await host.WhenIdleAsync();

        await host.Service.PurgeOrchestrationHistoryAsync(
            TaskHost.Start.AddHours(1).UtcDateTime, OrchestrationStateTimeRangeFilterType.OrchestrationCompletedTimeFilter);

        Assert.Null(await host.GetAsync("old"));
        Assert.Equal(TaskHost.Start.AddDays(1).UtcDateTime, (await host.GetAsync("new"))!.CompletedTime);
    }

    [Fact]
    public async Task Query_FiltersAndPages_ReturnEachOnce()
    {
        await using var host = await WaitingAsync(host => host.Orchestrator("quick", _ => Task.FromResult(1)));
        for (var n = 0; n < 7; n++)
        {
            await host.ScheduleAsync("quick", id: $"a%_{n}");
            await host.ScheduleAsync("wait", "x", $"a%_w{n}");
        }

        await host.ScheduleAsync("quick", id: "b");
        await host.WhenIdleAsync();
        var query = new OrchestrationQuery { InstanceIdPrefix = "a%_", RuntimeStatus = [OrchestrationStatus.Completed], PageSize = 3, FetchInputsAndOutputs = false };
        List<OrchestrationState> found = [];
        var pages = 0;
        do
        {
            var page = await host.Service.GetOrchestrationWithQueryAsync(query, TaskHost.Deadline);
            pages++;
            found.AddRange(page.OrchestrationState);
            query.ContinuationToken = page.ContinuationToken;
        }
        while (query.ContinuationToken is not null);

        Assert.Equal(3, pages);
        Assert.Equal(Enumerable.Range(0, 7).Select(n => $"a%_{n}"), found.Select(state => state.OrchestrationInstance.InstanceId));
        Assert.All(found, state => Assert.Null(state.Output));
    }

    [Fact]
    public async Task Wait_TimesOut_ReturnsNull()
    {
        await using var host = await WaitingAsync();
        await host.ScheduleAsync("wait", "x", "the-one");

        Assert.Null(await host.Service.WaitForOrchestrationAsync("the-one", null, TimeSpan.Zero, TaskHost.Deadline));
    }

    [Fact]
    public async Task Rewind_AFailedInstance_RunsOnlyTheFailedActivityAgain()
    {
        var isBroken = true;
        var firstRuns = 0;
        await using var host = await new TaskHost()
            .Activity<string, int>("first", _ => Interlocked.Increment(ref firstRuns))
            .Activity<string, string>("second", string (_) => isBroken ? throw new InvalidOperationException("broken") : "fixed")
            .Orchestrator("both", async context =>
            {
                await context.CallActivityAsync<int>("first", "x");
                return await context.CallActivityAsync<string>("second", "x");
            })
            .StartAsync();
        var id = await host.ScheduleAsync("both");
        Assert.Equal(OrchestrationStatus.Failed, (await host.CompletionAsync(id)).OrchestrationStatus);
        isBroken = false;

        await host.SendAsync(id, new ExecutionRewoundEvent(-1, "fixed"));
        await host.WhenIdleAsync();

        Assert.Equal(("fixed", 1), (await host.OutputAsync<string>(id), firstRuns));
    }

    private static async Task<TaskHost> WaitingAsync(Action<TaskHost>? more = null, bool holdTime = false)
    {
        var host = new TaskHost().Orchestrator<string, string>("wait", async (context, input) => input + await context.WaitForExternalEvent<string>("go"));
        more?.Invoke(host);
        return await host.StartAsync(holdTime);
    }
}
