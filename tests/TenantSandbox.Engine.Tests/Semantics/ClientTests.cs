using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using OrchestrationAlreadyExistsException = DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException;

namespace TenantSandbox.Engine.Tests.Semantics;

public sealed class ClientTests
{
    private static readonly StartOrchestrationOptions Once = new StartOrchestrationOptions("the-one")
        .WithDedupeStatuses(OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended);

    [Fact]
    public async Task Start_WithoutDedupe_ReplacesARunningInstance()
    {
        await using TaskHost host = await WaitingAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("wait", "old", new StartOrchestrationOptions("the-one"));
        await host.WhenIdleAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("wait", "new", new StartOrchestrationOptions("the-one"));
        await host.Client.RaiseEventAsync("the-one", "go", "!");

        Assert.Equal("new!", (await host.CompletionAsync("the-one")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Start_DedupedWhileRunning_ThrowsAndLeavesItAlone()
    {
        await using TaskHost host = await WaitingAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("wait", "old", Once);

        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync("wait", "new", Once));
        await host.Client.RaiseEventAsync("the-one", "go", "!");

        Assert.Equal("old!", (await host.CompletionAsync("the-one")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Start_DedupedHundredTimesAtOnce_StartsOne()
    {
        await using TaskHost host = await WaitingAsync();

        bool[] started = await Task.WhenAll(Enumerable.Range(0, 100).Select(async n =>
        {
            try
            {
                await host.Client.ScheduleNewOrchestrationInstanceAsync("wait", $"{n}", Once);
                return true;
            }
            catch (OrchestrationAlreadyExistsException)
            {
                return false;
            }
        }));

        Assert.Single(started, s => s);
    }

    [Fact]
    public async Task Start_DedupeTerminatedButNotRunning_IsAContradiction()
    {
        await using TaskHost host = await WaitingAsync();
        StartOrchestrationOptions contradiction = new StartOrchestrationOptions("x").WithDedupeStatuses(OrchestrationRuntimeStatus.Terminated);

        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync("wait", "x", contradiction));
    }

    [Theory]
    [InlineData(true, OrchestrationRuntimeStatus.Terminated)]
    [InlineData(false, OrchestrationRuntimeStatus.Running)]
    public async Task Terminate_ReachesChildrenOnlyWhenRecursive(bool recursive, OrchestrationRuntimeStatus childStatus)
    {
        await using TaskHost host = new();
        await host.Orchestrator("grandchild", context => context.WaitForExternalEvent<int>("never"))
            .Orchestrator("child", context => context.CallSubOrchestratorAsync<int>("grandchild", options: new SubOrchestrationOptions(instanceId: "g")))
            .Orchestrator("parent", context => context.CallSubOrchestratorAsync<int>("child", options: new SubOrchestrationOptions(instanceId: "c")))
            .StartAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("parent", new StartOrchestrationOptions("p"));
        await host.WhenIdleAsync();
        await host.Client.TerminateInstanceAsync("p", new TerminateInstanceOptions("stop", recursive));
        await host.WhenIdleAsync();

        OrchestrationMetadata parent = (await host.Client.GetInstanceAsync("p", true))!;
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "stop"), (parent.RuntimeStatus, parent.ReadOutputAs<string>()));
        Assert.Equal(childStatus, (await host.Client.GetInstanceAsync("c"))!.RuntimeStatus);
        Assert.Equal(childStatus, (await host.Client.GetInstanceAsync("g"))!.RuntimeStatus);
    }

    [Fact]
    public async Task Terminate_AChild_FailsTheParentsCall()
    {
        await using TaskHost host = new();
        await host.Orchestrator("child", context => context.WaitForExternalEvent<int>("never"))
            .Orchestrator("parent", async context =>
            {
                await Assert.ThrowsAsync<TaskFailedException>(
                    () => context.CallSubOrchestratorAsync<int>("child", options: new SubOrchestrationOptions(instanceId: "c")));
                return "saw it";
            })
            .StartAsync();
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("parent");
        await host.WhenIdleAsync();
        await host.Client.TerminateInstanceAsync("c");

        Assert.Equal("saw it", (await host.CompletionAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task CallSubOrchestrator_IdOfARunningInstance_FailsTheCall()
    {
        await using TaskHost host = await WaitingAsync(host => host
            .Orchestrator("parent", context => context.CallSubOrchestratorAsync<string>("wait", "x", new SubOrchestrationOptions(instanceId: "the-one"))));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("wait", "old", Once);
        await host.WhenIdleAsync();

        Assert.Contains("'the-one' is Running", (await host.RunAsync("parent")).FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Purge_RunningThrows_FinishedGoes()
    {
        await using TaskHost host = await WaitingAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("wait", "x", Once);
        await host.WhenIdleAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Client.PurgeInstanceAsync("the-one"));
        await host.Client.TerminateInstanceAsync("the-one");
        await host.CompletionAsync("the-one");
        Assert.Equal(1, (await host.Client.PurgeInstanceAsync("the-one")).PurgedInstanceCount);
        Assert.Null(await host.Client.GetInstanceAsync("the-one"));
        Assert.Equal(0, (await host.Client.PurgeInstanceAsync("the-one")).PurgedInstanceCount);
    }

    [Fact]
    public async Task PurgeAll_ByStatus_LeavesTheOthers()
    {
        await using TaskHost host = await WaitingAsync(host => host.Orchestrator("quick", _ => Task.FromResult(1)));
        for (int n = 0; n < 120; n++)
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync("quick", new StartOrchestrationOptions($"q{n}"));
        }

        await host.Client.ScheduleNewOrchestrationInstanceAsync("wait", "x", Once);
        await host.WhenIdleAsync();

        PurgeResult result = await host.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(TaskHost.Start.AddDays(-1), null, null));

        Assert.Equal((120, true), (result.PurgedInstanceCount, result.IsComplete));
        Assert.NotNull(await host.Client.GetInstanceAsync("the-one"));
    }

    [Fact]
    public async Task Restart_FinishedInstance_RunsAgainWithTheSameInput()
    {
        await using TaskHost host = new();
        int runs = 0;
        await host.Orchestrator<string, string>("echo", (_, input) => Task.FromResult($"{input}{++runs}")).StartAsync();
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "x");
        await host.CompletionAsync(id);

        Assert.Equal(id, await host.Client.RestartAsync(id));
        await host.WhenIdleAsync();
        Assert.Equal("x2", (await host.CompletionAsync(id)).ReadOutputAs<string>());
        string copy = await host.Client.RestartAsync(id, restartWithNewInstanceId: true);
        Assert.NotEqual(id, copy);
        Assert.Equal("x3", (await host.CompletionAsync(copy)).ReadOutputAs<string>());
        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.RestartAsync("nobody"));
    }

    [Fact]
    public async Task GetAllInstances_FiltersAndPages_ReturnEachOnce()
    {
        await using TaskHost host = await WaitingAsync(host => host.Orchestrator("quick", _ => Task.FromResult(1)));
        for (int n = 0; n < 7; n++)
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync("quick", new StartOrchestrationOptions($"a%_{n}"));
            await host.Client.ScheduleNewOrchestrationInstanceAsync("wait", "x", new StartOrchestrationOptions($"a%_w{n}"));
        }

        await host.Client.ScheduleNewOrchestrationInstanceAsync("quick", new StartOrchestrationOptions("b"));
        await host.WhenIdleAsync();
        OrchestrationQuery query = new(InstanceIdPrefix: "a%_", Statuses: [OrchestrationRuntimeStatus.Completed], PageSize: 3);
        List<OrchestrationMetadata> found = [];
        int pages = 0;
        await foreach (Page<OrchestrationMetadata> page in host.Client.GetAllInstancesAsync(query).AsPages())
        {
            pages++;
            found.AddRange(page.Values);
        }

        Assert.Equal(3, pages);
        Assert.Equal(Enumerable.Range(0, 7).Select(n => $"a%_{n}"), found.Select(instance => instance.InstanceId));
        Assert.All(found, instance => Assert.Throws<InvalidOperationException>(() => instance.ReadOutputAs<int>()));
    }

    [Fact]
    public async Task Start_WithTags_KeepsThem()
    {
        await using TaskHost host = await WaitingAsync();
        Dictionary<string, string> tags = new() { ["tenant"] = "t1" };
        await host.Client.ScheduleNewOrchestrationInstanceAsync("wait", "x", new StartOrchestrationOptions("tagged") { Tags = tags });

        Assert.Equal("t1", (await host.Client.GetInstanceAsync("tagged"))!.Tags["tenant"]);
    }

    [Fact]
    public async Task WaitForInstanceStart_ReturnsOnceItHasRun()
    {
        await using TaskHost host = await WaitingAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("wait", "x", Once);

        Assert.True((await host.Client.WaitForInstanceStartAsync("the-one", TaskHost.Deadline)).IsRunning);
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Client.WaitForInstanceStartAsync("nobody", TaskHost.Deadline));
    }

    private static async Task<TaskHost> WaitingAsync(Action<TaskHost>? more = null)
    {
        TaskHost host = new TaskHost().Orchestrator<string, string>(
            "wait", async (context, input) => input + await context.WaitForExternalEvent<string>("go"));
        more?.Invoke(host);
        return await host.StartAsync();
    }
}
