namespace TenantSandbox.Local.Engine;

/// <summary>A replay did something else than the run that history recorded. The instance fails with this.</summary>
public sealed class NonDeterminismException(int step, string recorded, string replayed) : Exception(
    $"Non-deterministic orchestrator: in step {step} history has {recorded}, but the code now schedules {replayed}. "
    + "Orchestrator code must do the same at every replay: no clock, random, I/O or configuration, and no changed order of calls "
    + "for instances under way. Raise the version, or end the running instances, before such a change.")
{
    public int Step { get; } = step;

    public string Recorded { get; } = recorded;

    public string Replayed { get; } = replayed;
}
