namespace TenantSandbox.DurableTask.Sqlite;

/// <summary>Settings of a <see cref="SqliteOrchestrationService"/>. With the defaults, acknowledged work survives a loss of power.</summary>
public sealed record SqliteOrchestrationServiceOptions
{
    /// <summary>The SQLite file. It is created if absent, and refused if another program or a newer version wrote it, or if it is damaged or in use.</summary>
    public required string DatabasePath { get; init; }

    public CommitDurability Durability { get; init; } = CommitDurability.PowerLoss;

    /// <summary>Maximum number of orchestration work items out at once, including those that wait for their commit.</summary>
    public int MaxConcurrentOrchestrations { get; init; } = 50 * Environment.ProcessorCount;

    /// <summary>Maximum number of entity work items out at once, including those that wait for their commit.</summary>
    public int MaxConcurrentEntities { get; init; } = 50 * Environment.ProcessorCount;

    /// <summary>Maximum number of activities out at once, including those whose result waits for its commit.</summary>
    public int MaxConcurrentActivities { get; init; } = 50 * Environment.ProcessorCount;

    /// <summary>Maximum number of messages in one work item of an orchestration or entity.</summary>
    public int MaxMessagesPerWorkItem { get; init; } = 1000;

    /// <summary>Maximum number of entity operations that run as one batch.</summary>
    public int MaxEntityOperationBatchSize { get; init; } = 1000;

    /// <summary>Maximum number of commits that share one transaction. 1 makes every durable step a transaction of its own.</summary>
    public int CommitBatchSize { get; init; } = 512;

    /// <summary>
    /// Maximum number of history events kept in memory, so that an instance in progress need not read its history again.
    /// 0 reads the history for every work item.
    /// </summary>
    public int HistoryCacheEvents { get; init; } = 200_000;

    /// <summary>Delay before a work item is delivered again after it was abandoned.</summary>
    public TimeSpan AbandonDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Called on the writer's thread after each durable transaction, with its number counted from 1 since the start. For crash tests.</summary>
    public Action<long>? AfterCommit { get; init; }
}

/// <summary>What an acknowledged commit survives.</summary>
public enum CommitDurability
{
    /// <summary>The death of the process (kill -9). After a loss of power the last transactions may be missing: SQLite's synchronous=NORMAL.</summary>
    ProcessDeath,

    /// <summary>A loss of power too: one fsync per transaction, SQLite's synchronous=FULL.</summary>
    PowerLoss,
}
