using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;

namespace TenantSandbox.Functions.Tests.Doors.Http;

/// <summary>A client whose instances are what the test says. Waiting for completion is not supported: the app must poll.</summary>
internal sealed class FakeDurableClient() : DurableTaskClient("test")
{
    /// <summary>What the backend returns; while null, the instance is running.</summary>
    public OrchestrationMetadata? Completed { get; set; }

    /// <summary>Thrown by every call when set.</summary>
    public Exception? Failure { get; init; }

    /// <summary>The client's entities; none by default.</summary>
    public DurableEntityClient? EntityClient { get; init; }

    /// <summary>Every read of an instance waits for this.</summary>
    public Func<Task> OnRead { get; init; } = () => Task.CompletedTask;

    public override DurableEntityClient Entities => EntityClient ?? throw new NotSupportedException();

    /// <summary>Number of reads of an instance.</summary>
    public int ReadCount { get; private set; }

    public override Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default) =>
        Failure is null ? Task.FromResult(options!.InstanceId!) : Task.FromException<string>(Failure);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) => throw new NotSupportedException();

    public override async Task<OrchestrationMetadata?> GetInstancesAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        if (Failure is not null)
        {
            throw Failure;
        }

        ReadCount++;
        await OnRead();
        return Completed ?? new OrchestrationMetadata("SubmitRequestOrchestration", instanceId) { RuntimeStatus = OrchestrationRuntimeStatus.Running };
    }

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
