using DurableTask.Core;
using TenantSandbox.DurableTask.Sqlite.Dispatch;
using TenantSandbox.DurableTask.Sqlite.Store;

namespace TenantSandbox.DurableTask.Sqlite;

/// <content>What <see cref="TaskHubWorker"/> calls. Locks never expire: they end with the process, which owns the database.</content>
public sealed partial class SqliteOrchestrationService
{
    public int TaskOrchestrationDispatcherCount => 1;

    public int MaxConcurrentTaskOrchestrationWorkItems => _options.MaxConcurrentOrchestrations;

    public int TaskActivityDispatcherCount => 1;

    public int MaxConcurrentTaskActivityWorkItems => _options.MaxConcurrentActivities;

    public BehaviorOnContinueAsNew EventBehaviourForContinueAsNew => BehaviorOnContinueAsNew.Carryover;

    public bool IsMaxMessageCountExceeded(int currentMessageCount, OrchestrationRuntimeState runtimeState) => false;

    /// <summary>The work item itself is delayed when it is abandoned, so others need not wait.</summary>
    public int GetDelayInSecondsAfterOnProcessException(Exception exception) => 0;

    public int GetDelayInSecondsAfterOnFetchException(Exception exception) => exception is OperationCanceledException ? 0 : 1;

    /// <summary>Orchestrations only, because entities have a queue of their own.</summary>
    public Task<TaskOrchestrationWorkItem?> LockNextTaskOrchestrationWorkItemAsync(TimeSpan receiveTimeout, CancellationToken cancellationToken)
        => LockNextAsync(_orchestrations, receiveTimeout, cancellationToken);

    /// <summary>Returns null after the time-out and when cancelled, which the interface's signature doesn't say.</summary>
    public Task<TaskOrchestrationWorkItem> LockNextOrchestrationWorkItemAsync(TimeSpan receiveTimeout, CancellationToken cancellationToken)
        => LockNextAsync(_orchestrations, receiveTimeout, cancellationToken)!;

    /// <inheritdoc cref="LockNextOrchestrationWorkItemAsync"/>
    public Task<TaskOrchestrationWorkItem> LockNextEntityWorkItemAsync(TimeSpan receiveTimeout, CancellationToken cancellationToken)
        => LockNextAsync(_entities, receiveTimeout, cancellationToken)!;

    public Task RenewTaskOrchestrationWorkItemLockAsync(TaskOrchestrationWorkItem workItem) => Task.CompletedTask;

    public async Task CompleteTaskOrchestrationWorkItemAsync(
        TaskOrchestrationWorkItem workItem,
        OrchestrationRuntimeState newOrchestrationRuntimeState,
        IList<TaskMessage> outboundMessages,
        IList<TaskMessage> orchestratorMessages,
        IList<TaskMessage> timerMessages,
        TaskMessage? continuedAsNewMessage,
        OrchestrationState? orchestrationState)
    {
        var item = (SqliteWorkItem)workItem;
        var commit = new WorkItemCommit(item, newOrchestrationRuntimeState, outboundMessages, orchestratorMessages, timerMessages, orchestrationState, Now)
        {
            StartRefused = (instanceId, status) => ServiceLog.StartRefused(_logger, instanceId, status.ToString()),
        };
        if (!await _commits.SubmitAsync(commit.Apply))
        {
            ServiceLog.WorkItemDiscarded(_logger, item.InstanceId);
        }

        item.IsReleased = true;
        item.Queue.Release(item.Batch);
    }

    public Task AbandonTaskOrchestrationWorkItemAsync(TaskOrchestrationWorkItem workItem)
    {
        var item = (SqliteWorkItem)workItem;
        if (!item.IsReleased)
        {
            item.IsReleased = true;
            item.Queue.Hold(item.Batch);
            _ = AfterDelayAsync(() => item.Queue.Retry(item.InstanceId));
        }

        return Task.CompletedTask;
    }

    /// <summary>Returns a work item that was neither completed nor abandoned, as when the worker stops.</summary>
    public Task ReleaseTaskOrchestrationWorkItemAsync(TaskOrchestrationWorkItem workItem)
    {
        var item = (SqliteWorkItem)workItem;
        if (!item.IsReleased)
        {
            item.IsReleased = true;
            item.Queue.Hold(item.Batch);
            item.Queue.Retry(item.InstanceId);
        }

        return Task.CompletedTask;
    }

    public async Task<TaskActivityWorkItem?> LockNextTaskActivityWorkItem(TimeSpan receiveTimeout, CancellationToken cancellationToken)
    {
        if (await HasStoppedAsync(receiveTimeout, cancellationToken) || await _activities.TakeAsync(receiveTimeout, cancellationToken) is not { } activity)
        {
            return null;
        }

        return new SqliteActivityWorkItem
        {
            Activity = activity,
            Id = $"{activity.InstanceId}:{activity.Sequence}",
            TaskMessage = activity.Message,
            LockedUntilUtc = DateTime.MaxValue,
        };
    }

    public Task<TaskActivityWorkItem> RenewTaskActivityWorkItemLockAsync(TaskActivityWorkItem workItem) => Task.FromResult(workItem);

    public async Task CompleteTaskActivityWorkItemAsync(TaskActivityWorkItem workItem, TaskMessage responseMessage)
    {
        var activity = ((SqliteActivityWorkItem)workItem).Activity;
        var response = PreparedMessage.From(responseMessage, Now);
        await _commits.SubmitAsync(writer =>
        {
            var isWanted = writer.DeleteActivity(activity.Sequence);
            if (isWanted)
            {
                writer.Send(response, activity.Run);
            }

            return isWanted;
        });
        _activities.Complete();
    }

    public Task AbandonTaskActivityWorkItemAsync(TaskActivityWorkItem workItem)
        => AfterDelayAsync(() => _activities.Return(((SqliteActivityWorkItem)workItem).Activity));

    private async Task<TaskOrchestrationWorkItem?> LockNextAsync(InstanceQueue queue, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (await HasStoppedAsync(timeout, cancellationToken))
        {
            return null;
        }

        while (await queue.TakeAsync(timeout, cancellationToken) is { } batch)
        {
            try
            {
                if (await _workItems.CreateAsync(queue, batch) is { } workItem)
                {
                    return workItem;
                }
            }
            catch
            {
                queue.Hold(batch);
                _ = AfterDelayAsync(() => queue.Retry(batch.InstanceId));
                throw;
            }
        }

        return null;
    }

    /// <summary>A service that has stopped hands out nothing, and lets its caller wait rather than ask again at once.</summary>
    private async Task<bool> HasStoppedAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (_isDisposed == 0 && _commits.Failure is null)
        {
            return false;
        }

        await Task.Delay(timeout, cancellationToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return true;
    }

    /// <summary>In real time, because the reason to wait, such as a worker that restarts, is real too.</summary>
    private async Task AfterDelayAsync(Action action)
    {
        await Task.Delay(_options.AbandonDelay);
        action();
    }
}
