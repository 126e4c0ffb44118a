using DurableTask.Core.Exceptions;
using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;

namespace TenantSandbox.Hosting.Tests.Durable;

/// <summary>What the official client offers, through the sidecar service.</summary>
[Collection(nameof(SharedHost))]
public sealed class TaskHubServiceTests(SampleHostFixture fixture)
{
    private readonly DurableTaskClient _client = fixture.Sample.Durable;
    private readonly SampleHost _sample = fixture.Sample;
    private readonly string _id = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Start_OfAnOpenInstance_IsRefused()
    {
        await StartWaitingAsync();

        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => ScheduleAsync("WaitForEvent"));
    }

    [Fact]
    public async Task Start_OfAnEndedInstance_IsRefusedOnlyByItsDedupeStatuses()
    {
        await _sample.RunAsync("ReportVersion", instanceId: _id);

        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => ScheduleAsync("ReportVersion", OrchestrationRuntimeStatus.Completed));
        Assert.Equal(_id, await ScheduleAsync("ReportVersion", OrchestrationRuntimeStatus.Failed));
    }

    [Fact]
    public async Task Get_OfAnUnknownInstance_IsNull()
    {
        Assert.Null(await _client.GetInstanceAsync(_id));
    }

    [Fact]
    public async Task Get_WithAndWithoutInputs_GivesWhatWasAskedFor()
    {
        await StartWaitingAsync("the input");

        var full = await _client.GetInstanceAsync(_id, getInputsAndOutputs: true);
        var brief = await _client.GetInstanceAsync(_id, getInputsAndOutputs: false);

        Assert.Equal(("WaitForEvent", "\"the input\"", "\"waiting\""), (full!.Name, full.SerializedInput, full.SerializedCustomStatus));
        Assert.Equal((null, null), (brief!.SerializedInput, brief.SerializedCustomStatus));
    }

    [Fact]
    public async Task RaiseEvent_ToAWaitingInstance_CompletesIt()
    {
        await StartWaitingAsync();

        await _client.RaiseEventAsync(_id, "go", "payload");

        Assert.Equal("\"payload\"", (await _sample.EndOfAsync(_id)).SerializedOutput);
    }

    [Fact]
    public async Task Commands_ToAnUnknownInstance_AreNotFound()
    {
        await AssertCodeAsync(StatusCode.NotFound, () => _client.RaiseEventAsync(_id, "go"));
        await AssertCodeAsync(StatusCode.NotFound, () => _client.TerminateInstanceAsync(_id));
        await AssertCodeAsync(StatusCode.NotFound, () => _client.SuspendInstanceAsync(_id));
        await AssertCodeAsync(StatusCode.NotFound, () => _client.ResumeInstanceAsync(_id));
        await Assert.ThrowsAsync<ArgumentException>(() => _client.RestartAsync(_id));
        await Assert.ThrowsAsync<ArgumentException>(() => _client.GetOrchestrationHistoryAsync(_id));
    }

    [Fact]
    public async Task Commands_InTheWrongStatus_FailTheirPrecondition()
    {
        await _sample.RunAsync("ReportVersion", instanceId: _id);

        await AssertCodeAsync(StatusCode.FailedPrecondition, () => _client.RaiseEventAsync(_id, "go"));
        await AssertCodeAsync(StatusCode.FailedPrecondition, () => _client.TerminateInstanceAsync(_id));
        await AssertCodeAsync(StatusCode.FailedPrecondition, () => _client.SuspendInstanceAsync(_id));
        await AssertCodeAsync(StatusCode.FailedPrecondition, () => _client.ResumeInstanceAsync(_id));
    }

    [Fact]
    public async Task SuspendAndResume_OfAWaitingInstance_HoldItsEventBack()
    {
        await StartWaitingAsync();

        await _client.SuspendInstanceAsync(_id, "for a test");
        await SampleHost.EventuallyAsync(() => StatusOf() == OrchestrationRuntimeStatus.Suspended, "suspended");
        await _client.RaiseEventAsync(_id, "go", "late");
        await _client.ResumeInstanceAsync(_id);

        Assert.Equal("\"late\"", (await _sample.EndOfAsync(_id)).SerializedOutput);
    }

    [Fact]
    public async Task Terminate_OfAWaitingInstance_EndsIt()
    {
        await StartWaitingAsync();

        await _client.TerminateInstanceAsync(_id, "enough");

        var end = await _sample.EndOfAsync(_id);
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "\"enough\""), (end.RuntimeStatus, end.SerializedOutput));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Restart_OfAnEndedInstance_RunsItAgainWithItsInput(bool asNewInstance)
    {
        await _sample.RunAsync("CountDown", 0, _id);

        var restarted = await _client.RestartAsync(_id, asNewInstance);

        Assert.Equal(asNewInstance, restarted != _id);
        Assert.Equal("0", (await _sample.EndOfAsync(restarted)).SerializedInput);
    }

    [Fact]
    public async Task Restart_OfAnOpenInstance_IsRefused()
    {
        await StartWaitingAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => _client.RestartAsync(_id));
    }

    [Fact]
    public async Task Purge_OfAnEndedInstance_DeletesIt()
    {
        await _sample.RunAsync("ReportVersion", instanceId: _id);

        Assert.Equal(1, (await _client.PurgeInstanceAsync(_id)).PurgedInstanceCount);

        Assert.Null(await _client.GetInstanceAsync(_id));
        Assert.Equal(0, (await _client.PurgeInstanceAsync(_id)).PurgedInstanceCount);
    }

    [Fact]
    public async Task Purge_OfAnOpenInstance_FailsItsPrecondition()
    {
        await StartWaitingAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => _client.PurgeInstanceAsync(_id));
    }

    [Fact]
    public async Task Purge_ByFilter_DeletesWhatMatches()
    {
        await _sample.RunAsync("Fail", instanceId: _id);

        var purged = await _client.PurgeAllInstancesAsync(
            new PurgeInstancesFilter(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), [OrchestrationRuntimeStatus.Failed]));

        Assert.True(purged.PurgedInstanceCount >= 1, $"{purged.PurgedInstanceCount}");
        Assert.Null(await _client.GetInstanceAsync(_id));
    }

    [Fact]
    public async Task Query_ByPrefix_GivesInstancesInPagesAndNoEntities()
    {
        for (var number = 0; number < 3; number++)
        {
            await _sample.RunAsync("ReportVersion", instanceId: $"{_id}-{number}");
        }

        var found = new List<string>();
        await foreach (var instance in _client.GetAllInstancesAsync(new OrchestrationQuery { InstanceIdPrefix = _id, PageSize = 2 }))
        {
            found.Add(instance.InstanceId);
        }

        Assert.Equal([$"{_id}-0", $"{_id}-1", $"{_id}-2"], found.Order());
    }

    [Fact]
    public async Task History_OfAnInstance_HasItsEvents()
    {
        await _sample.RunAsync("Chain", instanceId: _id);

        var history = await _client.GetOrchestrationHistoryAsync(_id);

        Assert.Equal(4, history.Count(item => item.EventType == global::DurableTask.Core.History.EventType.TaskCompleted));
        Assert.Equal(1, history.Count(item => item.EventType == global::DurableTask.Core.History.EventType.ExecutionStarted));
    }

    [Fact]
    public async Task Entities_QueriedAndCleaned_AreFoundUntilEmpty()
    {
        var entity = new EntityInstanceId("Counter", _id);
        await _client.Entities.SignalEntityAsync(entity, "Add", 4);
        await SampleHost.EventuallyAsync(() => _client.Entities.GetEntityAsync<int>(entity).Result?.State == 4, "the entity's state");

        var found = new List<EntityMetadata>();
        await foreach (var item in _client.Entities.GetAllEntitiesAsync(new EntityQuery { InstanceIdStartsWith = "@counter@" + _id, IncludeState = true }))
        {
            found.Add(item);
        }

        Assert.Equal(entity, Assert.Single(found).Id);
        await _client.Entities.SignalEntityAsync(entity, "delete");
        await SampleHost.EventuallyAsync(() => _client.Entities.GetEntityAsync(entity).Result is null, "the entity's deletion");
        await _client.Entities.CleanEntityStorageAsync();
    }

    private OrchestrationRuntimeStatus StatusOf() => _client.GetInstanceAsync(_id).Result!.RuntimeStatus;

    private async Task StartWaitingAsync(string? input = null)
    {
        await _client.ScheduleNewOrchestrationInstanceAsync("WaitForEvent", input, new StartOrchestrationOptions(_id));
        await _client.WaitForInstanceStartAsync(_id);
    }

    private Task<string> ScheduleAsync(string name, params OrchestrationRuntimeStatus[] dedupe) =>
        _client.ScheduleNewOrchestrationInstanceAsync(
            name, input: null, new StartOrchestrationOptions(_id).WithDedupeStatuses(dedupe));

    private static async Task AssertCodeAsync(StatusCode expected, Func<Task> call) =>
        Assert.Equal(expected, (await Assert.ThrowsAsync<RpcException>(call)).StatusCode);
}
