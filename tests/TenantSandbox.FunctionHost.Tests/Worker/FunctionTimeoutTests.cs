using System.Net;
using System.Text.Json;
using Microsoft.DurableTask.Client;

namespace TenantSandbox.Hosting.Tests.Worker;

/// <summary>Functions that run longer than host.json's functionTimeout.</summary>
public sealed class FunctionTimeoutTests(FunctionTimeoutTests.HostFixture fixture) : IClassFixture<FunctionTimeoutTests.HostFixture>
{
    private readonly SampleHost _sample = fixture.Sample;

    [Fact]
    public async Task Timeout_OfAnHttpFunction_FailsTheRequestAndRestartsTheWorker()
    {
        var process = await _sample.WaitForWorkerAsync();

        var response = await _sample.Http.PostAsync("/api/hang", null);

        Assert.True(response.StatusCode is HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway, $"{response.StatusCode}");
        await _sample.WaitForRestartAsync(process);
        Assert.Equal(_sample.Directory, await _sample.Http.GetStringAsync("/api/settings/SIGNALS"));
        Assert.Contains(_sample.Log.Entries, entry =>
            entry.Message.Contains("Timeout value of 00:00:15 was exceeded by function: Functions.Hang", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Timeout_OfAnActivity_FailsItWithTheHostsException()
    {
        var end = await _sample.RunAsync("CatchFailure", "Wait", "activity");

        Assert.Equal("Microsoft.Azure.WebJobs.Host.FunctionTimeoutException", JsonSerializer.Deserialize<string[]>(end.SerializedOutput!)![0]);
    }

    [Fact]
    public async Task Timeout_OfAnOrchestrator_RunsItAgain()
    {
        var id = await _sample.ScheduleAsync("BlockInOrchestrator", instanceId: "orchestrator");

        await _sample.WaitForStartAsync("orchestrator", runs: 2);
        _sample.Continue("orchestrator");

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await _sample.EndOfAsync(id)).RuntimeStatus);
    }

    [Fact]
    public async Task Timeout_OfAnEntityOperation_FailsTheCallForGood()
    {
        var end = await _sample.RunAsync("CatchEntityFailure", "Wait", "entity");

        Assert.Equal("FunctionInvocationFailed", JsonSerializer.Deserialize<string[]>(end.SerializedOutput!)![0]);
    }

    /// <summary>One host for all tests; each of them makes it restart the worker.</summary>
    public sealed class HostFixture : IAsyncLifetime
    {
        public SampleHost Sample { get; private set; } = null!;

        public async Task InitializeAsync() => Sample = await SampleHost.StartAsync(
            settings: new() { ["AzureFunctionsJobHost__functionTimeout"] = "00:00:15" });

        public Task DisposeAsync() => Sample.DisposeAsync().AsTask();
    }
}
