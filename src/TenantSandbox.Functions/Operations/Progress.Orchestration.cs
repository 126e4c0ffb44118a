using Microsoft.DurableTask;

namespace TenantSandbox.Functions.Operations;

/// <summary>Keeps an operation's custom status.</summary>
internal sealed class Progress(TaskOrchestrationContext context)
{
    private const int MaxText = 1_000;
    private OperationStatus? _status;

    /// <summary>A new step has begun.</summary>
    public void At(string step) => Set(new(step, context.Now(), null));

    /// <summary>The step goes on, and waits.</summary>
    public void WaitsFor(string what) =>
        Set(new(_status?.Step ?? string.Empty, _status?.Since ?? context.Now(), what.Length <= MaxText ? what : what[..MaxText]));

    private void Set(OperationStatus status) => context.SetCustomStatus(_status = status);
}
