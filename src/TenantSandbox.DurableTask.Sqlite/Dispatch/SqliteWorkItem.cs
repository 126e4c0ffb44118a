using DurableTask.Core;
using TenantSandbox.DurableTask.Sqlite.Store;

namespace TenantSandbox.DurableTask.Sqlite.Dispatch;

/// <summary>A work item of an orchestration or entity, with the locked instance that it came from.</summary>
internal sealed class SqliteWorkItem : TaskOrchestrationWorkItem
{
    public required InstanceQueue Queue { get; init; }

    public required InstanceBatch Batch { get; init; }

    /// <summary>Null for an entity that doesn't exist yet.</summary>
    public required InstanceSnapshot? Instance { get; init; }

    /// <summary>The instance is unlocked; whatever comes later has no effect.</summary>
    public bool IsReleased { get; set; }
}

internal sealed class SqliteActivityWorkItem : TaskActivityWorkItem
{
    public required StoredActivity Activity { get; init; }
}
