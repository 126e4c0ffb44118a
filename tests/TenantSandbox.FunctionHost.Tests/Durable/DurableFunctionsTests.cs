using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Entities;
using TenantSandbox.Hosting.Durable;

namespace TenantSandbox.Hosting.Tests.Durable;

[Collection(nameof(SharedHost))]
public sealed class DurableFunctionsTests(SampleHostFixture fixture)
{
    private readonly SampleHost _sample = fixture.Sample;

    [Fact]
    public async Task Orchestration_WithActivitiesOfEachResult_GetsThemAsTheyWereReturned()
    {
        var end = await _sample.RunAsync("Chain");

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        using var result = JsonDocument.Parse(end.SerializedOutput!);
        Assert.Equal("2.0", result.RootElement.GetProperty("Version").GetString());
        Assert.Equal("QUOTED \"TEXT\"", result.RootElement.GetProperty("Text").GetString());
        Assert.Equal(2, result.RootElement.GetProperty("Greeting").GetProperty("Times").GetInt32());
        Assert.Equal(JsonValueKind.Null, result.RootElement.GetProperty("Missing").ValueKind);
        Assert.Equal([3, 2, 1], result.RootElement.GetProperty("Bytes").GetBytesFromBase64());
    }

    [Fact]
    public async Task Progress_OfAnOrchestration_TellsEachStepOnce()
    {
        var id = Guid.NewGuid().ToString("N");

        await _sample.RunAsync("Chain", instanceId: id);

        Assert.Equal(
            [
                (DurableProgressKind.InstanceStarted, "Chain"),
                (DurableProgressKind.ActivityStarted, "Upper"), (DurableProgressKind.ActivityCompleted, "Upper"),
                (DurableProgressKind.ActivityStarted, "Repeat"), (DurableProgressKind.ActivityCompleted, "Repeat"),
                (DurableProgressKind.ActivityStarted, "Nothing"), (DurableProgressKind.ActivityCompleted, "Nothing"),
                (DurableProgressKind.ActivityStarted, "Bytes"), (DurableProgressKind.ActivityCompleted, "Bytes"),
                (DurableProgressKind.InstanceCompleted, "Chain"),
            ],
            _sample.Progress.Where(progress => progress.InstanceId == id).Select(progress => (progress.Kind, progress.Name)));
    }

    [Fact]
    public async Task RetryPolicy_ByExceptionType_MatchesTheActivitysException()
    {
        var end = await _sample.RunAsync("RetryOfTransientFailures");

        Assert.Equal("3", end.SerializedOutput);
    }

    [Fact]
    public async Task Activity_ThatThrows_GivesItsTypeMessageAndCause()
    {
        var end = await _sample.RunAsync("CatchFailure", "Throw");

        Assert.Equal(
            ["System.InvalidOperationException", "the activity's failure", "System.FormatException"],
            JsonSerializer.Deserialize<string[]>(end.SerializedOutput!)!);
    }

    [Fact]
    public async Task Activity_ThatDoesNotExist_FailsWithItsName()
    {
        var end = await _sample.RunAsync("CatchFailure", "NoSuchActivity");

        var failure = JsonSerializer.Deserialize<string[]>(end.SerializedOutput!)!;
        Assert.Equal("ActivityFunctionNotFound", failure[0]);
        Assert.Contains("'NoSuchActivity'", failure[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orchestration_ThatDoesNotExist_FailsWithItsName()
    {
        var end = await _sample.RunAsync("NoSuchOrchestration");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("'NoSuchOrchestration'", $"{end.SerializedOutput}{end.FailureDetails?.ErrorMessage}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orchestration_ThatThrows_FailsWithItsException()
    {
        var end = await _sample.RunAsync("Fail");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal("System.InvalidOperationException", end.FailureDetails!.ErrorType);
        Assert.Equal("the orchestration's own failure", end.FailureDetails.ErrorMessage);
    }

    [Fact]
    public async Task Orchestration_WithATimerAndAChild_GivesTheChildTheDefaultVersion()
    {
        var end = await _sample.RunAsync("Parent");

        Assert.Equal("\"2.0\"", end.SerializedOutput);
    }

    [Fact]
    public async Task Orchestration_ThatContinuesAsNew_EndsWithTheLastResult()
    {
        var id = Guid.NewGuid().ToString("N");

        var end = await _sample.RunAsync("CountDown", 3, id);

        Assert.Equal("0", end.SerializedOutput);
        Assert.Equal(3, _sample.Progress.Count(progress => progress.InstanceId == id && progress.Kind == DurableProgressKind.InstanceContinuedAsNew));
    }

    [Fact]
    public async Task Orchestration_OfANewerVersion_FailsAsHostJsonSays()
    {
        var id = await _sample.Durable.ScheduleNewOrchestrationInstanceAsync(
            "ReportVersion", input: null, new StartOrchestrationOptions { Version = "3.0" });

        var end = await _sample.EndOfAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal("VersionMismatch", end.FailureDetails!.ErrorType);
    }

    [Fact]
    public async Task Entity_SignaledAndCalled_KeepsItsState()
    {
        var key = Guid.NewGuid().ToString("N");

        var end = await _sample.RunAsync("CallCounter", key);

        Assert.Equal("5", end.SerializedOutput);
        var entity = await _sample.Durable.Entities.GetEntityAsync<int>(new EntityInstanceId("Counter", key));
        Assert.Equal(5, entity!.State);
    }

    [Fact]
    public async Task EntityOperation_ThatThrows_FailsTheCallWithItsException()
    {
        var id = Guid.NewGuid().ToString("N");

        var end = await _sample.RunAsync("CatchEntityFailure", "Throw", id);

        Assert.Equal(
            ["System.InvalidOperationException", $"refused for {id} at 0", ""],
            JsonSerializer.Deserialize<string[]>(end.SerializedOutput!)!);
    }

    [Fact]
    public async Task Orchestration_StartedByAnEntity_GetsTheDefaultVersion()
    {
        var child = Guid.NewGuid().ToString("N");

        await _sample.Durable.Entities.SignalEntityAsync(new EntityInstanceId("Counter", child), "Start", child);

        await SampleHost.EventuallyAsync(() => _sample.Durable.GetInstanceAsync(child).Result is not null, "the entity's orchestration");
        Assert.Equal("\"2.0\"", (await _sample.EndOfAsync(child)).SerializedOutput);
    }

    [Fact]
    public async Task DurableClient_OfAnHttpFunction_StartsAnInstance()
    {
        var id = Guid.NewGuid().ToString("N");

        var response = await _sample.Http.PostAsync($"/api/start/CallCounter/{id}", new StringContent("from-http"));

        Assert.Equal(System.Net.HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("5", (await _sample.EndOfAsync(id)).SerializedOutput);
    }
}
