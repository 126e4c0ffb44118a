using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Requests;
using static TenantSandbox.Functions.Telemetry.SandboxMetrics;

namespace TenantSandbox.Functions.Azure.EventGrid;

/// <summary>Records how long an operation took when its outcome is published, which is its last step.</summary>
internal static class OperationMetrics
{
    /// <summary>Records the operation that an event ends; nothing for other events.</summary>
    /// <param name="lifecycleEvent">The event.</param>
    /// <param name="client">Reads when the operation's orchestration was created.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    public static async Task RecordAsync(LifecycleEvent lifecycleEvent, DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (!OperationDuration.Enabled
            || InstanceOf(lifecycleEvent) is not { } instanceId
            || OperationOf(lifecycleEvent, instanceId) is not { } operation
            || await client.GetInstanceAsync(instanceId, getInputsAndOutputs: false, cancellationToken) is not { } instance)
        {
            return;
        }

        var duration = lifecycleEvent.Time - instance.CreatedAt;
        OperationDuration.Record(Math.Max(0, duration.TotalSeconds), Label("operation", operation), Label("outcome", OutcomeOf(lifecycleEvent.Type)));
    }

    /// <summary>The operation that an event ends, for people; null if it ends none.</summary>
    public static string? OperationOf(LifecycleEvent lifecycleEvent, string instanceId) => lifecycleEvent.Type switch
    {
        EventTypes.PoolCreated => "createPool",
        EventTypes.PoolDeleted => "deletePool",
        EventTypes.PoolFailed => instanceId.Contains(".delete.", StringComparison.Ordinal) ? "deletePool" : "createPool",
        _ => lifecycleEvent.Data.GetValueOrDefault("operation"),
    };

    /// <summary>How the operation ended.</summary>
    public static string OutcomeOf(string type) => type switch
    {
        EventTypes.TenantFailed or EventTypes.PoolFailed => "failed",
        EventTypes.TenantQuarantined => "quarantined",
        _ => "succeeded",
    };

    // An event's id is made from the orchestration's instance id and the event's type.
    private static string? InstanceOf(LifecycleEvent lifecycleEvent)
    {
        var suffix = $":{lifecycleEvent.Type}";
        return lifecycleEvent.Id.EndsWith(suffix, StringComparison.Ordinal) ? lifecycleEvent.Id[..^suffix.Length] : null;
    }
}
