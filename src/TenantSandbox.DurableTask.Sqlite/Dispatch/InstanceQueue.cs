using TenantSandbox.DurableTask.Sqlite.Store;

namespace TenantSandbox.DurableTask.Sqlite.Dispatch;

/// <summary>
/// Instances that have messages. An instance is handed out to one worker at a time; messages that arrive meanwhile wait for its next work item.
/// </summary>
internal sealed class InstanceQueue(IdleTracker idle, int maxMessages)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, InstanceSlot> _slots = new(StringComparer.Ordinal);
    private readonly ReadyQueue<InstanceSlot> _ready = new();

    public void Add(StoredMessage message)
    {
        lock (_lock)
        {
            if (!_slots.TryGetValue(message.Target, out var slot))
            {
                _slots.Add(message.Target, slot = new InstanceSlot(message.Target));
            }

            slot.Waiting.Add(message);
            if (slot.State == SlotState.Held)
            {
                MakeReady(slot);
            }
        }
    }

    /// <summary>Drops the messages of an instance that was deleted or replaced, up to a sequence number.</summary>
    public void Drop(string instanceId, long upTo)
    {
        lock (_lock)
        {
            if (_slots.TryGetValue(instanceId, out var slot))
            {
                slot.Waiting.RemoveAll(message => message.Sequence <= upTo);
                if (slot.State == SlotState.Held && slot.Waiting.Count == 0)
                {
                    _slots.Remove(instanceId);
                }
            }
        }
    }

    /// <summary>The next instance with its messages. It stays locked until it is released or returned. Null after the time-out and when cancelled.</summary>
    public async ValueTask<InstanceBatch?> TakeAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        while (await _ready.TakeAsync(timeout, cancellationToken) is { } slot)
        {
            lock (_lock)
            {
                var messages = slot.Waiting.Count <= maxMessages ? [.. slot.Waiting] : slot.Waiting.GetRange(0, maxMessages);
                slot.Waiting.RemoveRange(0, messages.Count);
                if (messages.Count > 0)
                {
                    slot.State = SlotState.Locked;
                    return new InstanceBatch(slot, messages);
                }

                Forget(slot);
            }
        }

        return null;
    }

    /// <summary>Unlocks an instance whose messages are processed.</summary>
    public void Release(InstanceBatch batch)
    {
        lock (_lock)
        {
            if (batch.Slot.Waiting.Count > 0)
            {
                batch.Slot.State = SlotState.Ready;
                _ready.Add(batch.Slot);
            }
            else
            {
                Forget(batch.Slot);
            }
        }
    }

    /// <summary>Unlocks an instance that can't process its messages now. They wait until another message arrives.</summary>
    public void Hold(InstanceBatch batch)
    {
        lock (_lock)
        {
            var hasNews = batch.Slot.Waiting.Count > 0;
            batch.Slot.Waiting.InsertRange(0, batch.Messages);
            if (hasNews)
            {
                batch.Slot.State = SlotState.Ready;
                _ready.Add(batch.Slot);
            }
            else
            {
                batch.Slot.State = SlotState.Held;
                idle.Leave();
            }
        }
    }

    /// <summary>Hands an instance out again that was held, if it still is.</summary>
    public void Retry(string instanceId)
    {
        lock (_lock)
        {
            if (_slots.TryGetValue(instanceId, out var slot) && slot.State == SlotState.Held)
            {
                MakeReady(slot);
            }
        }
    }

    private void MakeReady(InstanceSlot slot)
    {
        slot.State = SlotState.Ready;
        idle.Enter();
        _ready.Add(slot);
    }

    private void Forget(InstanceSlot slot)
    {
        _slots.Remove(slot.InstanceId);
        idle.Leave();
    }
}

internal enum SlotState
{
    /// <summary>Waits for another message.</summary>
    Held,

    /// <summary>Queued for a worker.</summary>
    Ready,

    /// <summary>A worker has it.</summary>
    Locked,
}

internal sealed class InstanceSlot(string instanceId)
{
    public string InstanceId => instanceId;

    public List<StoredMessage> Waiting { get; } = [];

    public SlotState State { get; set; }
}

/// <summary>A locked instance, and the messages that it was locked for.</summary>
internal sealed record InstanceBatch(InstanceSlot Slot, List<StoredMessage> Messages)
{
    public string InstanceId => Slot.InstanceId;
}
