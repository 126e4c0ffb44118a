using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Core.Tracing;
using Microsoft.Extensions.Logging;
using TenantSandbox.DurableTask.Sqlite.Store;
using CoreEntities = DurableTask.Core.Common.Entities;

namespace TenantSandbox.DurableTask.Sqlite.Dispatch;

/// <summary>Makes work items of locked instances, and drops messages that nobody can process any more.</summary>
internal sealed class WorkItemFactory(StoreReader reader, HistoryCache histories, CommitLoop commits, ILogger logger)
{
    /// <summary>Returns null if the instance has nothing to do now. Then it is unlocked already.</summary>
    public async Task<TaskOrchestrationWorkItem?> CreateAsync(InstanceQueue queue, InstanceBatch batch)
    {
        var instance = histories.Find(batch.InstanceId) ?? reader.Instance(batch.InstanceId);
        var messages = Current(batch, instance);
        if (messages.Count == 0)
        {
            await DropAsync(queue, batch, instance);
            return null;
        }

        if (instance is not null && instance.Events.Count == 0 && messages[0].Event is not ExecutionStartedEvent)
        {
            await WaitForStartAsync(queue, batch, messages);
            return null;
        }

        return new SqliteWorkItem
        {
            Queue = queue,
            Batch = batch,
            Instance = instance,
            InstanceId = batch.InstanceId,
            NewMessages = messages,
            OrchestrationRuntimeState = new OrchestrationRuntimeState(instance?.Events ?? []),
            LockedUntilUtc = DateTime.MaxValue,
        };
    }

    /// <summary>The messages that the instance can process, the start first.</summary>
    private static List<TaskMessage> Current(InstanceBatch batch, InstanceSnapshot? instance)
    {
        List<TaskMessage> messages = [.. batch.Messages.Select(stored => stored.Message)];
        if (instance is null)
        {
            return CoreEntities.AutoStart(batch.InstanceId, messages) ? messages : [];
        }

        messages.RemoveAll(message => message.OrchestrationInstance.ExecutionId is { } execution && execution != instance.ExecutionId);
        if (instance.Status.IsTerminal())
        {
            messages.RemoveAll(message => message.Event is not ExecutionRewoundEvent || instance.Status != OrchestrationStatus.Failed);
            foreach (var rewound in messages.Select(message => message.Event).OfType<ExecutionRewoundEvent>())
            {
                // The dispatcher changes the trace context of a rewound instance without checking that there is one.
                rewound.ParentTraceContext ??= new DistributedTraceContext(string.Empty);
            }
        }

        var start = messages.FindIndex(message => message.Event is ExecutionStartedEvent);
        if (start > 0)
        {
            messages.Insert(0, messages[start]);
            messages.RemoveAt(start + 1);
        }

        return messages;
    }

    private async Task DropAsync(InstanceQueue queue, InstanceBatch batch, InstanceSnapshot? instance)
    {
        var events = string.Join(", ", batch.Messages.Select(stored => stored.Message.Event.EventType));
        ServiceLog.MessagesDropped(logger, batch.InstanceId, instance?.Status.ToString() ?? "unknown", events);
        await commits.SubmitAsync(writer =>
        {
            DeleteMessages(writer, batch);
            return true;
        });
        queue.Release(batch);
    }

    /// <summary>The start is scheduled for later. A termination takes effect at once; other messages wait for the start.</summary>
    private async Task WaitForStartAsync(InstanceQueue queue, InstanceBatch batch, List<TaskMessage> messages)
    {
        var termination = messages.Select(message => message.Event).OfType<ExecutionTerminatedEvent>().FirstOrDefault();
        if (termination is null)
        {
            queue.Hold(batch);
            return;
        }

        var state = reader.State(batch.InstanceId);
        await commits.SubmitAsync(writer =>
        {
            DeleteMessages(writer, batch);
            if (state is not null && writer.FindInstance(batch.InstanceId) is { } instance)
            {
                (state.OrchestrationStatus, state.Output) = (OrchestrationStatus.Terminated, termination.Input);
                state.LastUpdatedTime = state.CompletedTime = writer.Now;
                writer.UpdateInstance(state, instance.Run);
                writer.DeleteTimers(batch.InstanceId, instance.Run);
            }

            return true;
        });
        queue.Release(batch);
    }

    private static void DeleteMessages(StoreWriter writer, InstanceBatch batch)
    {
        foreach (var message in batch.Messages)
        {
            writer.DeleteMessage(message.Sequence);
        }
    }
}
