namespace TenantSandbox.Local.Engine;

/// <summary>What the rest of the engine has to hear of once a transaction has been committed, and never before.</summary>
internal sealed class CommitEffects
{
    /// <summary>Instances and entities that have something to take in.</summary>
    public HashSet<string> Wakes { get; } = new(StringComparer.Ordinal);

    public List<ActivityRow> Activities { get; } = [];

    /// <summary>Instances whose status has changed.</summary>
    public HashSet<string> Changed { get; } = new(StringComparer.Ordinal);

    public List<EngineProgress> Progress { get; } = [];

    /// <summary>Delayed messages came or went: the next due time has to be read again.</summary>
    public bool TimersChanged { get; set; }
}
