using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace TenantSandbox.Engine.Tests.Semantics;

public sealed class RetryTests
{
    [Fact]
    public async Task RetryPolicy_WithBackoff_WaitsOneTwoFourMinutes()
    {
        (TaskHost host, List<DateTimeOffset> calls) = Failing(succeedAt: 4);
        await using TaskHost disposing = host;
        await host.Orchestrator("retry", context => context.CallActivityAsync<int>(
            "flaky", options: TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromMinutes(1), 2)))).StartAsync();

        Assert.Equal(4, await host.ResultAsync<int>("retry"));
        Assert.Equal([0, 1, 3, 7], calls.Select(call => (int)(call - TaskHost.Start).TotalMinutes));
    }

    [Fact]
    public async Task RetryPolicy_MaxInterval_CapsTheBackoff()
    {
        (TaskHost host, List<DateTimeOffset> calls) = Failing(succeedAt: 4);
        await using TaskHost disposing = host;
        RetryPolicy policy = new(5, TimeSpan.FromMinutes(1), 10, maxRetryInterval: TimeSpan.FromMinutes(5));
        await host.Orchestrator("retry", context => context.CallActivityAsync<int>("flaky", options: TaskOptions.FromRetryPolicy(policy))).StartAsync();

        Assert.Equal(4, await host.ResultAsync<int>("retry"));
        Assert.Equal([0, 1, 6, 11], calls.Select(call => (int)(call - TaskHost.Start).TotalMinutes));
    }

    [Fact]
    public async Task RetryPolicy_AttemptsUsedUp_ThrowsTheLastFailure()
    {
        (TaskHost host, List<DateTimeOffset> calls) = Failing(succeedAt: 100);
        await using TaskHost disposing = host;
        await host.Orchestrator("retry", context => context.CallActivityAsync<int>(
            "flaky", options: TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMinutes(1))))).StartAsync();

        OrchestrationMetadata done = await host.RunAsync("retry");

        Assert.Equal(3, calls.Count);
        Assert.Equal("attempt 3", done.FailureDetails!.InnerFailure!.ErrorMessage);
    }

    [Fact]
    public async Task RetryPolicy_TimeoutPassed_StopsEarly()
    {
        (TaskHost host, List<DateTimeOffset> calls) = Failing(succeedAt: 100);
        await using TaskHost disposing = host;
        RetryPolicy policy = new(50, TimeSpan.FromMinutes(1), retryTimeout: TimeSpan.FromMinutes(3));
        await host.Orchestrator("retry", context => context.CallActivityAsync<int>("flaky", options: TaskOptions.FromRetryPolicy(policy))).StartAsync();

        await host.RunAsync("retry");

        Assert.Equal(4, calls.Count);
    }

    [Fact]
    public async Task RetryPolicy_HandleFailureRefuses_IsNotRetried()
    {
        (TaskHost host, List<DateTimeOffset> calls) = Failing(succeedAt: 100);
        await using TaskHost disposing = host;
        RetryPolicy policy = new(50, TimeSpan.FromMinutes(1)) { HandleFailure = failure => failure.ErrorMessage != "attempt 2" };
        await host.Orchestrator("retry", context => context.CallActivityAsync<int>("flaky", options: TaskOptions.FromRetryPolicy(policy))).StartAsync();

        await host.RunAsync("retry");

        Assert.Equal(2, calls.Count);
    }

    [Fact]
    public async Task RetryHandler_DecidesByAttemptAndWaitsByItself()
    {
        (TaskHost host, List<DateTimeOffset> calls) = Failing(succeedAt: 3);
        await using TaskHost disposing = host;
        await host.Orchestrator("retry", context => context.CallActivityAsync<int>("flaky", options: TaskOptions.FromRetryHandler(async retry =>
        {
            await retry.OrchestrationContext.CreateTimer(TimeSpan.FromMinutes(10), CancellationToken.None);
            return retry.LastAttemptNumber < 5 && retry.LastFailure.IsCausedBy<TimeoutException>();
        }))).StartAsync();

        Assert.Equal(3, await host.ResultAsync<int>("retry"));
        Assert.Equal([0, 10, 20], calls.Select(call => (int)(call - TaskHost.Start).TotalMinutes));
    }

    [Fact]
    public async Task RetryPolicy_OnAChild_StartsItAnewUnderTheSameId()
    {
        (TaskHost host, List<DateTimeOffset> calls) = Failing(succeedAt: 3);
        await using TaskHost disposing = host;
        TaskOptions retry = TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromMinutes(1)));
        await host
            .Orchestrator("child", context => context.CallActivityAsync<int>("flaky"))
            .Orchestrator("parent", context => context.CallSubOrchestratorAsync<int>("child", options: retry.WithInstanceId("kid")))
            .StartAsync();

        Assert.Equal(3, await host.ResultAsync<int>("parent"));
        Assert.Equal(3, calls.Count);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await host.Client.GetInstanceAsync("kid"))!.RuntimeStatus);
    }

    private static (TaskHost Host, List<DateTimeOffset> Calls) Failing(int succeedAt)
    {
        TaskHost host = new();
        List<DateTimeOffset> calls = [];
        host.Activity<object, int>("flaky", _ =>
        {
            calls.Add(host.Clock.GetUtcNow());
            return calls.Count < succeedAt ? throw new TimeoutException($"attempt {calls.Count}") : calls.Count;
        });
        return (host, calls);
    }
}
