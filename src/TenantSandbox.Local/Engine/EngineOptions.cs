using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;

namespace TenantSandbox.Local.Engine;

/// <summary>Settings of a <see cref="DurableEngine"/>. The defaults are safe: what was acknowledged survives a loss of power.</summary>
public sealed record EngineOptions
{
    /// <summary>The SQLite file. Created if absent; refused if it isn't this engine's, is newer or is damaged.</summary>
    public required string DatabasePath { get; init; }

    public int MaxConcurrentOrchestrations { get; init; } = 10 * Environment.ProcessorCount;

    public int MaxConcurrentActivities { get; init; } = 10 * Environment.ProcessorCount;

    public int MaxConcurrentEntities { get; init; } = 10 * Environment.ProcessorCount;

    /// <summary>Most messages that one step of one orchestration or entity takes in.</summary>
    public int MaxMessagesPerStep { get; init; } = 1000;

    /// <summary>host.json's defaultVersion: the version of instances started without one. Empty means that versions aren't checked.</summary>
    public string DefaultVersion { get; init; } = string.Empty;

    public VersionMatchStrategy VersionMatch { get; init; } = VersionMatchStrategy.CurrentOrOlder;

    public VersionFailureStrategy VersionFailure { get; init; } = VersionFailureStrategy.Reject;

    /// <summary>Characters of an error's message, and of its stack trace, that are kept.</summary>
    public int FailureTextLimit { get; init; } = 8 * 1024;

    /// <summary>Most work items that share one transaction. 1 makes every durable step a transaction of its own.</summary>
    public int CommitBatchSize { get; init; } = 512;

    public CommitDurability Durability { get; init; } = CommitDurability.PowerLoss;

    public DataConverter DataConverter { get; init; } = JsonDataConverter.Default;

    /// <summary>Called on the writer's thread after each transaction with its number, counted from 1 since the start. For crash tests.</summary>
    public Action<long>? AfterCommit { get; init; }
}

/// <summary>host.json's versionMatchStrategy: which instances this engine takes on.</summary>
public enum VersionMatchStrategy
{
    None,
    Strict,
    CurrentOrOlder,
}

/// <summary>host.json's versionFailureStrategy: what becomes of the others.</summary>
public enum VersionFailureStrategy
{
    /// <summary>They wait, untouched, for an engine that takes them.</summary>
    Reject,

    /// <summary>They fail.</summary>
    Fail,
}

/// <summary>What an acknowledged commit survives.</summary>
public enum CommitDurability
{
    /// <summary>The end of the process (kill -9). The operating system still holds the write: SQLite's synchronous=NORMAL.</summary>
    ProcessDeath,

    /// <summary>A loss of power too: one fsync a transaction, SQLite's synchronous=FULL.</summary>
    PowerLoss,
}
