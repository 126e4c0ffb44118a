using System.Net;
using System.Text.Json;
using Microsoft.DurableTask.Client;

namespace TenantSandbox.Hosting.Tests.Worker;

/// <summary>The worker process ends in the middle of each kind of invocation, in each way.</summary>
public sealed class WorkerDeathTests : IAsyncLifetime
{
    private SampleHost _sample = null!;

    public async Task InitializeAsync() => _sample = await SampleHost.StartAsync(
        settings: new() { ["Greeting__Text"] = "hello" });

    public Task DisposeAsync() => _sample.DisposeAsync().AsTask();

    [Fact]
    public async Task Kill_DuringAnHttpFunction_FailsTheRequestAndServesTheNext()
    {
        var request = _sample.Http.GetAsync("/api/wait?name=request");
        var process = await _sample.WaitForStartAsync("request");

        Assert.Equal(process, _sample.KillWorker());

        AssertFailed(await request);
        await _sample.WaitForRestartAsync(process);
        Assert.Equal(_sample.Directory, await _sample.Http.GetStringAsync("/api/settings/SIGNALS"));
    }

    [Theory]
    [InlineData("exit", "exited with code 3")]
    [InlineData("crash", "nobody catches this")]
    public async Task Death_ByTheFunctionItself_IsLoggedWithItsReason(string function, string reason)
    {
        var process = _sample.Host.WorkerProcessId!.Value;

        AssertFailed(await _sample.Http.PostAsync($"/api/{function}", null));

        await _sample.WaitForRestartAsync(process);
        Assert.Equal("hello", await _sample.Http.GetStringAsync("/api/settings/Greeting:Text"));
        Assert.Contains(_sample.Log.Entries, entry => entry.Category == "Host.Worker" && entry.Message.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Kill_DuringAnActivity_FailsItWithTheHostsException()
    {
        var id = await _sample.ScheduleAsync("CatchFailure", "Wait", "activity");
        await _sample.WaitForStartAsync("activity");

        _sample.KillWorker();

        var failure = JsonSerializer.Deserialize<string[]>((await _sample.EndOfAsync(id)).SerializedOutput!)!;
        Assert.Equal("Microsoft.Azure.WebJobs.Host.FunctionInvocationException", failure[0]);
        Assert.Equal("Exception while executing function: Functions.Wait", failure[1]);
        Assert.Equal("Microsoft.Azure.WebJobs.Script.Workers.WorkerProcessExitException", failure[2]);
    }

    [Fact]
    public async Task Kill_DuringAnOrchestrator_RunsItAgain()
    {
        var id = await _sample.ScheduleAsync("BlockInOrchestrator", instanceId: "orchestrator");
        await _sample.WaitForStartAsync("orchestrator");

        _sample.KillWorker();
        await _sample.WaitForStartAsync("orchestrator", runs: 2);
        _sample.Continue("orchestrator");

        Assert.Equal("\"done\"", (await _sample.EndOfAsync(id)).SerializedOutput);
    }

    [Fact]
    public async Task Kill_DuringAnEntityOperation_FailsTheCallForGood()
    {
        var id = await _sample.ScheduleAsync("CatchEntityFailure", "Wait", "entity");
        await _sample.WaitForStartAsync("entity");

        _sample.KillWorker();

        var failure = JsonSerializer.Deserialize<string[]>((await _sample.EndOfAsync(id)).SerializedOutput!)!;
        Assert.Equal("FunctionInvocationFailed", failure[0]);
        Assert.Equal("Microsoft.Azure.WebJobs.Host.FunctionInvocationException", failure[2]);
    }

    [Fact]
    public async Task Kills_UnderLoad_LoseNoOrchestration()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 40).Select(number =>
            _sample.ScheduleAsync("Parent", instanceId: $"load-{number}")));

        for (var kill = 0; kill < 3; kill++)
        {
            await SampleHost.EventuallyAsync(() => _sample.Host.WorkerProcessId is not null, "a worker");
            _sample.KillWorker();
        }

        var ends = await Task.WhenAll(ids.Select(_sample.EndOfAsync));
        Assert.All(ends, end => Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus));
    }

    private static void AssertFailed(HttpResponseMessage response) =>
        Assert.True(response.StatusCode is HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway, $"{response.StatusCode}");
}
