using System.Text.Json;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;

namespace TenantSandbox.Local.Engine;

/// <summary>The client's side. What returns has been committed.</summary>
internal sealed class EngineClient(Func<EngineParts> parts, EngineOptions options, InstanceWaiters waiters, TimeProvider time)
    : DurableTaskClient("local")
{
    public override DurableEntityClient Entities { get; } = new EngineEntityClient(parts, options);

    private StoreReader Reader => parts().Reader;

    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? startOptions = null, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        string id = startOptions?.InstanceId ?? Guid.NewGuid().ToString("N");
        InstanceIds.EnsureNotEntity(id);
        IReadOnlyList<OrchestrationRuntimeStatus> dedupe = StartOptions.Dedupe(startOptions);
        string version = startOptions?.Version is { } given ? given.Version : options.DefaultVersion;
        StartRequest request = new(
            id, orchestratorName.Name, version, options.DataConverter.Serialize(input), StartOptions.TagsJson(startOptions), null,
            startOptions?.StartAt?.UtcDateTime);
        OrchestrationRuntimeStatus? refused = await CommitAsync(writer => InstanceLifecycle.Start(writer, request, dedupe.Contains))
            .ConfigureAwait(false);
        return refused is null
            ? id
            : throw new OrchestrationAlreadyExistsException($"An orchestration with instance ID '{id}' and status '{refused}' already exists.");
    }

    public override Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return SendAsync(instanceId, HistoryEventKind.EventRaised, options.DataConverter.Serialize(eventPayload), cancellation, eventName);
    }

    public override Task TerminateInstanceAsync(
        string instanceId, TerminateInstanceOptions? terminateOptions = null, CancellationToken cancellation = default)
        => SendAsync(
            instanceId, HistoryEventKind.ExecutionTerminated, options.DataConverter.Serialize(terminateOptions?.Output), cancellation,
            taskId: terminateOptions?.Recursive == true ? InstanceLifecycle.RecursiveTermination : -1);

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
        => SendAsync(instanceId, HistoryEventKind.ExecutionSuspended, reason, cancellation);

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
        => SendAsync(instanceId, HistoryEventKind.ExecutionResumed, reason, cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
        => WaitAsync(instanceId, row => row.Status != OrchestrationRuntimeStatus.Pending, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
        => WaitAsync(instanceId, row => row.IsTerminal, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(Reader.Instance(instanceId) is { } row ? Metadata(row, getInputsAndOutputs) : null);
    }

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
        => Pageable.Create((token, size, cancellation) =>
        {
            cancellation.ThrowIfCancellationRequested();
            int limit = size ?? filter?.PageSize ?? OrchestrationQuery.DefaultPageSize;
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
            List<InstanceRow> rows = Reader.Instances(
                filter?.InstanceIdPrefix, token ?? filter?.ContinuationToken, filter?.CreatedFrom, filter?.CreatedTo, filter?.Statuses, limit + 1);
            bool more = rows.Count > limit;
            List<InstanceRow> page = more ? rows[..limit] : rows;
            return Task.FromResult(new Page<OrchestrationMetadata>(
                [.. page.Select(row => Metadata(row, filter?.FetchInputsAndOutputs == true))], more ? page[^1].Id : null));
        });

    public override async Task<PurgeResult> PurgeInstanceAsync(
        string instanceId, PurgeInstanceOptions? purgeOptions = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        cancellation.ThrowIfCancellationRequested();
        return new(await CommitAsync(writer => InstanceLifecycle.Purge(writer, instanceId, purgeOptions?.Recursive == true)).ConfigureAwait(false));
    }

    /// <summary>Only finished instances are purged, whatever statuses the filter has.</summary>
    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? purgeOptions = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        DateTimeOffset? deadline = time.GetUtcNow() + filter.Timeout;
        List<OrchestrationRuntimeStatus> statuses = [.. (filter.Statuses ?? Enum.GetValues<OrchestrationRuntimeStatus>()).Where(s => s.IsTerminal())];
        int purged = 0;
        string? last = null;
        while (statuses.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            List<InstanceRow> rows = Reader.Instances(null, last, filter.CreatedFrom, filter.CreatedTo, statuses, OrchestrationQuery.DefaultPageSize);
            if (rows.Count == 0)
            {
                break;
            }

            if (time.GetUtcNow() >= deadline)
            {
                return new(purged, isComplete: false);
            }

            last = rows[^1].Id;
            purged += await CommitAsync(writer => rows.Sum(row => PurgeFinished(writer, row, purgeOptions?.Recursive == true))).ConfigureAwait(false);
        }

        return new(purged, isComplete: true);
    }

    public override async Task<string> RestartAsync(
        string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        cancellation.ThrowIfCancellationRequested();
        InstanceRow former = Reader.Instance(instanceId)
            ?? throw new ArgumentException($"An orchestration with the instanceId {instanceId} was not found.");
        string id = restartWithNewInstanceId ? Guid.NewGuid().ToString("N") : instanceId;
        StartRequest request = new(id, former.Name, former.Version, former.Input, former.Tags);
        await CommitAsync(writer => InstanceLifecycle.Start(writer, request, _ => false)).ConfigureAwait(false);
        return id;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // It may have been started anew since it was listed.
    private static int PurgeFinished(StoreWriter writer, InstanceRow row, bool recursive)
        => writer.FindInstance(row.Id) is { IsTerminal: true } ? InstanceLifecycle.Purge(writer, row.Id, recursive) : 0;

    private Task<T> CommitAsync<T>(Func<StoreWriter, T> work) => parts().Commits.SubmitAsync(work);

    private Task<bool> SendAsync(
        string instanceId, HistoryEventKind kind, string? data, CancellationToken cancellation, string? name = null, int taskId = -1)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        InstanceIds.EnsureNotEntity(instanceId);
        cancellation.ThrowIfCancellationRequested();
        return CommitAsync(writer =>
        {
            writer.Send(new() { Target = instanceId, Kind = kind, TaskId = taskId, Name = name, Data = data });
            return true;
        });
    }

    private async Task<OrchestrationMetadata> WaitAsync(
        string instanceId, Func<InstanceRow, bool> reached, bool withData, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        while (true)
        {
            Task change = waiters.NextChange(instanceId);
            InstanceRow row = Reader.Instance(instanceId)
                ?? throw new InvalidOperationException($"Orchestration with instanceId '{instanceId}' does not exist");
            if (reached(row))
            {
                return Metadata(row, withData);
            }

            await change.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private OrchestrationMetadata Metadata(InstanceRow row, bool withData) => new(row.Name, row.Id)
    {
        DataConverter = withData ? options.DataConverter : null,
        RuntimeStatus = row.Status,
        CreatedAt = new(row.CreatedAt),
        LastUpdatedAt = new(row.UpdatedAt),
        SerializedInput = withData ? row.Input : null,
        SerializedOutput = withData ? row.Output : null,
        SerializedCustomStatus = withData ? row.CustomStatus : null,
        Tags = row.Tags is null ? new Dictionary<string, string>() : JsonSerializer.Deserialize<Dictionary<string, string>>(row.Tags)!,
        FailureDetails = row.Failure is null ? null : Failure.Parse(row.Failure).ToDetails(),
    };
}
