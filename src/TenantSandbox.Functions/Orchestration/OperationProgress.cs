using System.Text.Json.Serialization;
using Microsoft.DurableTask;

namespace TenantSandbox.Functions.Orchestration;

/// <summary>Reports an operation's progress in its custom status.</summary>
internal sealed class OperationProgress(TaskOrchestrationContext context)
{
    private const int MaxTextLength = 1_000;
    private OperationStatus? _status;

    /// <summary>Reports that a step begins.</summary>
    /// <param name="step">The step, as an imperative; shown to operators.</param>
    public void BeginStep(string step) => Set(new(step, context.Now(), null));

    /// <summary>Reports what the current step waits for; cut to 1,000 characters.</summary>
    public void ReportWaiting(string reason) =>
        Set(new(_status?.Step ?? string.Empty, _status?.Since ?? context.Now(), reason.Length <= MaxTextLength ? reason : reason[..MaxTextLength]));

    private void Set(OperationStatus status) => context.SetCustomStatus(_status = status);
}

/// <summary>An operation's custom status; below 4 KB.</summary>
/// <param name="Step">The current step.</param>
/// <param name="Since">When the step began.</param>
/// <param name="WaitingFor">What the step waits for, for people; null while it isn't waiting.</param>
public sealed record OperationStatus(
    [property: JsonPropertyName("step")] string Step,
    [property: JsonPropertyName("since")] DateTimeOffset Since,
    [property: JsonPropertyName("waitingFor")] string? WaitingFor);
