using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace TenantSandbox.Functions.Tests.Doors.Http;

/// <summary>An engine whose orchestrations start, and end only as the test says.</summary>
internal sealed class FakeDurableClient() : DurableTaskClient("test")
{
    private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when somebody waits for an instance to end.</summary>
    public Task IsAwaited => _waiting.Task;

    /// <summary>What has ended; null while it runs.</summary>
    public OrchestrationMetadata? Ended { get; init; }

    public override Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default) =>
        Task.FromResult(options!.InstanceId!);

    public override async Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        if (Ended is not null)
        {
            return Ended;
        }

        var canceled = new TaskCompletionSource<OrchestrationMetadata>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellation.Register(() => canceled.TrySetCanceled(cancellation));
        _waiting.TrySetResult();
        return await canceled.Task;
    }

    public override Task<OrchestrationMetadata?> GetInstancesAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        Task.FromResult<OrchestrationMetadata?>(new OrchestrationMetadata("SubmitRequestOrchestration", instanceId) { RuntimeStatus = OrchestrationRuntimeStatus.Running });

    public override Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) => throw new NotSupportedException();

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
