namespace TenantSandbox.Local.Engine;

public enum EngineProgressKind
{
    InstanceStarted,
    InstanceContinuedAsNew,
    InstanceCompleted,
    InstanceFailed,
    InstanceTerminated,
    ActivityScheduled,
    ActivityCompleted,
    ActivityFailed,
}

/// <summary>Something that has become durable. <paramref name="Name"/> is the orchestrator's or the activity's.</summary>
/// <param name="Detail">The failure's text, where there is one.</param>
public sealed record EngineProgress(EngineProgressKind Kind, string InstanceId, string Name, DateTimeOffset Time, string? Detail = null);
