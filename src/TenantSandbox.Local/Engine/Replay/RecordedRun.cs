using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.DurableTask.Client;

namespace TenantSandbox.Local.Engine;

/// <summary>One run of an orchestration: with what it started, and all that came to it and went out. As JSON it is a golden history.</summary>
public sealed record RecordedRun(
    string Name, string InstanceId, string Version, string? Input, string? ParentName, string? ParentId, IReadOnlyList<HistoryEvent> Events)
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <exception cref="JsonException">The text isn't a recorded run.</exception>
    public static RecordedRun FromJson(string json)
        => JsonSerializer.Deserialize<RecordedRun>(json, Format) ?? throw new JsonException("A recorded run can't be null.");

    public string ToJson() => JsonSerializer.Serialize(this, Format);

    internal static RecordedRun From(InstanceRow row, IReadOnlyList<HistoryEvent> events)
        => new(row.Name, row.Id, row.Version, row.Input, row.Parent?.Name, row.Parent?.Id, [.. events.Select(WithoutStack)]);

    // Stack traces hold paths of a machine, which have no place in a file that is kept.
    private static HistoryEvent WithoutStack(HistoryEvent e)
        => e.Kind is HistoryEventKind.TaskFailed or HistoryEventKind.SubOrchestrationFailed or HistoryEventKind.EntityFailed
            ? e with { Data = Failure.Parse(e.Data).WithoutStack().ToJson() }
            : e is { Kind: HistoryEventKind.ExecutionCompleted, Name: nameof(OrchestrationRuntimeStatus.Failed), Data: not null }
                ? e with { Data = Failure.Parse(e.Data).WithoutStack().ToJson() }
                : e;

    internal InstanceRow ToRow() => new()
    {
        Id = InstanceId,
        Execution = 1,
        Name = Name,
        Version = Version,
        Input = Input,
        Parent = ParentId is null ? null : new(ParentId, ParentName ?? string.Empty, 1, 0),
    };
}
