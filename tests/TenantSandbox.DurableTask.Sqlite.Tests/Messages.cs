using System.Text.Json;
using DurableTask.Core;
using DurableTask.Core.History;

namespace TenantSandbox.DurableTask.Sqlite.Tests;

/// <summary>Messages as a client sends them.</summary>
internal static class Messages
{
    public static TaskMessage Start(string name, string id, object? input, StartSettings? settings = null)
    {
        var instance = new OrchestrationInstance { InstanceId = id, ExecutionId = Guid.NewGuid().ToString("N") };
        var start = new ExecutionStartedEvent(-1, Json(input))
        {
            OrchestrationInstance = instance,
            Name = name,
            Version = settings?.Version ?? string.Empty,
            Tags = settings?.Tags,
            ScheduledStartTime = settings?.StartAt?.UtcDateTime,
        };
        return new TaskMessage { OrchestrationInstance = instance, Event = start };
    }

    public static TaskMessage Event(string id, string name, object? data) => To(id, new EventRaisedEvent(-1, Json(data)) { Name = name });

    public static TaskMessage To(string id, HistoryEvent historyEvent, string? executionId = null) => new()
    {
        OrchestrationInstance = new OrchestrationInstance { InstanceId = id, ExecutionId = executionId },
        Event = historyEvent,
    };

    private static string? Json(object? value) => value is null ? null : JsonSerializer.Serialize(value);
}

internal sealed record StartSettings
{
    public string Version { get; init; } = string.Empty;

    public Dictionary<string, string>? Tags { get; init; }

    public DateTimeOffset? StartAt { get; init; }

    public OrchestrationStatus[] DedupeStatuses { get; init; } = [];
}
