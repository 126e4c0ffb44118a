using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace TenantSandbox.Local.Engine;

internal static class StartOptions
{
    private static readonly OrchestrationRuntimeStatus[] RunningStatuses =
        [OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended];

    public static string? TagsJson(StartOrchestrationOptions? options)
        => options?.Tags is { Count: > 0 } tags ? JsonSerializer.Serialize(tags) : null;

    /// <summary>The statuses that refuse a start. None are given means, as in Durable Task, that a running instance is replaced.</summary>
    /// <exception cref="ArgumentException">An unknown status, or a contradiction.</exception>
    public static IReadOnlyList<OrchestrationRuntimeStatus> Dedupe(StartOrchestrationOptions? options)
    {
        List<OrchestrationRuntimeStatus> statuses = [.. (options?.DedupeStatuses ?? []).Select(Parse)];
        return statuses.Contains(OrchestrationRuntimeStatus.Terminated) && RunningStatuses.Except(statuses).Any()
            ? throw new ArgumentException(
                "Dedupe statuses with Terminated must hold Pending, Running and Suspended too: "
                + "a running instance would be terminated to be replaced, and then be refused for that.")
            : statuses;
    }

    private static OrchestrationRuntimeStatus Parse(string text)
        => Enum.TryParse(text, ignoreCase: true, out OrchestrationRuntimeStatus status)
            ? status
            : throw new ArgumentException($"'{text}' is no orchestration status that could be deduplicated on.");
}
