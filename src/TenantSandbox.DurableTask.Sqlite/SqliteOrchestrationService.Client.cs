using System.Diagnostics;
using DurableTask.Core;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using DurableTask.Core.Query;
using Newtonsoft.Json;
using TenantSandbox.DurableTask.Sqlite.Store;

namespace TenantSandbox.DurableTask.Sqlite;

/// <content>What clients call.</content>
public sealed partial class SqliteOrchestrationService
{
    // Purging by filter deletes so many instances per transaction, so that other commits get their turn.
    private const int PurgePageSize = 100;

    private DateTime Now => _time.GetUtcNow().UtcDateTime;

    /// <summary>Creates an instance. One of the same id is replaced, even if it is in progress.</summary>
    public Task CreateTaskOrchestrationAsync(TaskMessage creationMessage) => CreateTaskOrchestrationAsync(creationMessage, []);

    /// <exception cref="OrchestrationAlreadyExistsException">An instance of this id has one of the given statuses.</exception>
    public async Task CreateTaskOrchestrationAsync(TaskMessage creationMessage, OrchestrationStatus[]? dedupeStatuses)
    {
        ArgumentNullException.ThrowIfNull(creationMessage);
        if (creationMessage.Event is not ExecutionStartedEvent)
        {
            throw new ArgumentException("Only a message with an ExecutionStarted event creates an instance.", nameof(creationMessage));
        }

        var message = PreparedMessage.From(creationMessage, Now);
        var refused = await _commits.SubmitAsync(writer => InstanceStart.Create(writer, message, status => dedupeStatuses?.Contains(status) == true));
        if (refused is not null)
        {
            throw new OrchestrationAlreadyExistsException($"An orchestration instance '{message.Target}' with the status {refused} already exists.");
        }
    }

    public Task SendTaskOrchestrationMessageAsync(TaskMessage message) => SendTaskOrchestrationMessageBatchAsync(message);

    /// <summary>Sends messages in one transaction, in order.</summary>
    public async Task SendTaskOrchestrationMessageBatchAsync(params TaskMessage[] messages)
    {
        var now = Now;
        List<PreparedMessage> prepared = [.. messages.Select(message => PreparedMessage.From(message, now))];
        await _commits.SubmitAsync(writer =>
        {
            foreach (var message in prepared)
            {
                if (message.Start is null)
                {
                    writer.Send(message, run: 0);
                }
                else
                {
                    InstanceStart.Create(writer, message, _ => false);
                }
            }

            return true;
        });
    }

    /// <summary>Waits for a terminal status. Returns null after the time-out, which is in real time.</summary>
    public async Task<OrchestrationState?> WaitForOrchestrationAsync(
        string instanceId, string? executionId, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(instanceId);
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var waiter = _waiters.Add(instanceId);
            try
            {
                var state = await GetOrchestrationStateAsync(instanceId, executionId);
                if (state is not null && state.OrchestrationStatus.IsTerminal())
                {
                    return state;
                }

                if (Failure is { } failure)
                {
                    throw failure;
                }

                var left = timeout == Timeout.InfiniteTimeSpan ? timeout : TimeSpan.FromTicks(Math.Max(0, (timeout - watch.Elapsed).Ticks));
                await waiter.Task.WaitAsync(left, cancellationToken);
            }
            catch (TimeoutException)
            {
                return null;
            }
            finally
            {
                _waiters.Remove(instanceId, waiter);
            }
        }
    }

    /// <summary>Terminates an instance. One that is scheduled for later ends at once; one in progress at its next work item.</summary>
    public Task ForceTerminateTaskOrchestrationAsync(string instanceId, string? reason) => SendTaskOrchestrationMessageAsync(new TaskMessage
    {
        OrchestrationInstance = new OrchestrationInstance { InstanceId = instanceId },
        Event = new ExecutionTerminatedEvent(-1, reason),
    });

    /// <summary>Only the newest execution of an instance is kept.</summary>
    public Task<IList<OrchestrationState>> GetOrchestrationStateAsync(string instanceId, bool allExecutions)
        => Task.FromResult<IList<OrchestrationState>>(_reader.State(instanceId) is { } state ? [state] : []);

    /// <param name="executionId">Null: any.</param>
    public Task<OrchestrationState?> GetOrchestrationStateAsync(string instanceId, string? executionId)
    {
        var state = _reader.State(instanceId);
        return Task.FromResult(state is null || (executionId is not null && executionId != state.OrchestrationInstance.ExecutionId) ? null : state);
    }

    /// <summary>The history as a JSON array of events in DurableTask.Core's own form. Empty if there is no such instance.</summary>
    /// <param name="executionId">Null: any.</param>
    public Task<string> GetOrchestrationHistoryAsync(string instanceId, string? executionId)
    {
        var instance = _reader.Instance(instanceId);
        var isWanted = instance is not null && (executionId is null || executionId == instance.ExecutionId);
        return Task.FromResult(JsonConvert.SerializeObject(isWanted ? instance!.Events : []));
    }

    public Task<OrchestrationQueryResult> GetOrchestrationWithQueryAsync(OrchestrationQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        cancellationToken.ThrowIfCancellationRequested();
        var states = _reader.Query(new InstanceFilter
        {
            Prefix = query.InstanceIdPrefix,
            AfterId = query.ContinuationToken,
            From = query.CreatedTimeFrom,
            To = query.CreatedTimeTo,
            Statuses = query.RuntimeStatus is { Count: > 0 } statuses ? [.. statuses] : null,
            ExcludesEntities = query.ExcludeEntities,
            IncludesData = query.FetchInputsAndOutputs,
            Limit = query.PageSize,
        });
        var next = states.Count < query.PageSize ? null : states[^1].OrchestrationInstance.InstanceId;
        return Task.FromResult(new OrchestrationQueryResult(states, next));
    }

    /// <summary>Deletes an instance with its history, whatever its status.</summary>
    public async Task<PurgeResult> PurgeInstanceStateAsync(string instanceId)
        => new(await _commits.SubmitAsync(writer => Purge(writer, [instanceId])));

    /// <summary>Deletes instances that have ended. With a time-out, the result says whether all were deleted.</summary>
    public async Task<PurgeResult> PurgeInstanceStateAsync(PurgeInstanceFilter purgeInstanceFilter)
    {
        ArgumentNullException.ThrowIfNull(purgeInstanceFilter);
        var filter = new InstanceFilter
        {
            From = purgeInstanceFilter.CreatedTimeFrom,
            To = purgeInstanceFilter.CreatedTimeTo,
            Statuses = [.. OrchestrationStatusExtensions.Terminal.Where(status => purgeInstanceFilter.RuntimeStatus?.Contains(status) != false)],
        };
        var (count, isComplete) = await PurgeAsync(filter, purgeInstanceFilter.Timeout ?? Timeout.InfiniteTimeSpan);
        return new PurgeResult(count, purgeInstanceFilter.Timeout is null ? null : isComplete);
    }

    /// <summary>Deletes instances that have ended, by the time of their creation, completion or last update.</summary>
    public Task PurgeOrchestrationHistoryAsync(DateTime thresholdDateTimeUtc, OrchestrationStateTimeRangeFilterType timeRangeFilterType)
        => PurgeAsync(
            new InstanceFilter
            {
                TimeColumn = timeRangeFilterType switch
                {
                    OrchestrationStateTimeRangeFilterType.OrchestrationCreatedTimeFilter => "created_at",
                    OrchestrationStateTimeRangeFilterType.OrchestrationCompletedTimeFilter => "completed_at",
                    _ => "updated_at",
                },
                To = thresholdDateTimeUtc,
                Statuses = OrchestrationStatusExtensions.Terminal,
            },
            Timeout.InfiniteTimeSpan);

    private static int Purge(StoreWriter writer, IEnumerable<string> ids)
    {
        var count = 0;
        foreach (var id in ids)
        {
            if (writer.FindInstance(id) is { } instance)
            {
                writer.DeleteInstance(instance);
                count++;
            }
        }

        return count;
    }

    private async Task<(int Count, bool IsComplete)> PurgeAsync(InstanceFilter filter, TimeSpan timeout)
    {
        var watch = Stopwatch.StartNew();
        var count = 0;
        var page = filter with { Limit = PurgePageSize, IncludesData = false };
        while (timeout == Timeout.InfiniteTimeSpan || watch.Elapsed < timeout)
        {
            List<string> ids = [.. _reader.Query(page).Select(state => state.OrchestrationInstance.InstanceId)];
            if (ids.Count == 0)
            {
                return (count, true);
            }

            count += await _commits.SubmitAsync(writer => Purge(writer, ids));
            page = page with { AfterId = ids[^1] };
        }

        return (count, false);
    }
}
