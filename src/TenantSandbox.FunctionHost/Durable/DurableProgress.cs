namespace TenantSandbox.Hosting.Durable;

/// <summary>What happened to a durable function.</summary>
public enum DurableProgressKind
{
    /// <summary>An orchestration ran for the first time.</summary>
    InstanceStarted,

    /// <summary>An orchestration ended with a result.</summary>
    InstanceCompleted,

    /// <summary>An orchestration ended with an error.</summary>
    InstanceFailed,

    /// <summary>An orchestration started over with a new input.</summary>
    InstanceContinuedAsNew,

    /// <summary>An orchestration was terminated.</summary>
    InstanceTerminated,

    /// <summary>An activity was given to the worker.</summary>
    ActivityStarted,

    /// <summary>An activity returned.</summary>
    ActivityCompleted,

    /// <summary>An activity failed.</summary>
    ActivityFailed,
}

/// <summary>A step of a durable function, told when it has been executed and before it is stored; after a crash it may be told twice.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="InstanceId">The orchestration.</param>
/// <param name="Name">The orchestration's name, or the activity's.</param>
/// <param name="Time">When, by the host's clock.</param>
/// <param name="Detail">The failure's message or the reason; null if there is none.</param>
public sealed record DurableProgress(DurableProgressKind Kind, string InstanceId, string Name, DateTimeOffset Time, string? Detail);
