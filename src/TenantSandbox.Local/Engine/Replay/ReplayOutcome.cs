using Microsoft.DurableTask.Client;

namespace TenantSandbox.Local.Engine;

/// <summary>What a step has come to, and what it wants done.</summary>
internal sealed record ReplayOutcome(
    OrchestrationRuntimeStatus Status,
    string? Output,
    Failure? Failure,
    string? CustomStatus,
    IReadOnlyList<ScheduledAction> Actions,
    IReadOnlyList<int> CancelledTimers,
    NextRun? NextRun,
    IReadOnlyList<(string Name, string? Data)> KeptEvents)
{
    public NonDeterminismException? NonDeterminism { get; init; }
}

/// <summary>ContinueAsNew: with what the next run starts.</summary>
internal sealed record NextRun(string? Input, string Version, bool KeepEvents);
