namespace TenantSandbox.DurableTask.Sqlite.Store;

/// <summary>What the rest of the service learns once a transaction is durable, and never before.</summary>
internal sealed class CommitEffects
{
    /// <summary>Messages that are visible now, in the order of their sequence numbers.</summary>
    public List<StoredMessage> Messages { get; } = [];

    public List<StoredActivity> Activities { get; } = [];

    /// <summary>Instances that were deleted or replaced, with the sequence number up to which their messages are gone.</summary>
    public Dictionary<string, long> Removed { get; } = new(StringComparer.Ordinal);

    /// <summary>Runs whose scheduled activities were deleted.</summary>
    public HashSet<long> RemovedRuns { get; } = [];

    /// <summary>What instances have done so far, for those that a work item changed. Null if it need not be kept.</summary>
    public List<(string InstanceId, InstanceSnapshot? Snapshot)> Snapshots { get; } = [];

    /// <summary>Instances that reached a terminal status.</summary>
    public List<string> Ended { get; } = [];

    /// <summary>Delayed messages were added or removed: the next due time has to be read again.</summary>
    public bool TimersChanged { get; set; }

    /// <summary>All delayed messages that are due by then have become visible.</summary>
    public long? ReleasedUntil { get; set; }
}
