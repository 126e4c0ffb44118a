using DurableTask.Core;
using DurableTask.Core.History;
using TenantSandbox.DurableTask.Sqlite.Serialization;

namespace TenantSandbox.DurableTask.Sqlite.Store;

/// <summary>What is needed to decide about an instance, without its inputs and outputs.</summary>
/// <param name="Run">The key of its history. It changes when the instance is replaced or continued as new; 0 for entities, which have no history.</param>
internal sealed record InstanceHeader(string Id, long Run, OrchestrationStatus Status, int? Generation, ParentInstance? Parent);

/// <summary>An instance with what it has done so far.</summary>
internal sealed record InstanceSnapshot(string Id, long Run, string ExecutionId, OrchestrationStatus Status, IList<HistoryEvent> Events);

/// <summary>A message on its way to an instance. Its event becomes part of the history when it is processed.</summary>
/// <param name="Run">The run that it belongs to, for timers and results of activities; 0 for any.</param>
internal sealed record StoredMessage(long Sequence, string Target, long Run, TaskMessage Message);

/// <summary>An activity that is scheduled or running. Its row is deleted in the transaction that stores the result.</summary>
internal sealed record StoredActivity(long Sequence, string InstanceId, long Run, TaskMessage Message);

internal static class StoreRows
{
    private const string CommonColumns =
        "id, execution, name, version, status, created_at, updated_at, completed_at, scheduled_at, generation, parent, tags, custom_status";

    public const string InstanceColumns =
        CommonColumns + ", failure, output, input";

    public const string InstanceColumnsWithoutData =
        CommonColumns + ", NULL, NULL, NULL";

    public const string HeaderColumns = "id, run, status, generation, parent";

    public const string MessageColumns = "seq, target, run, message";

    public static InstanceHeader Header(Row row) => new(
        row.Text(0), row.Number(1), (OrchestrationStatus)row.Number(2), (int?)row.OptionalNumber(3),
        StoreSerializer.Deserialize<ParentInstance>(row.OptionalBytes(4)));

    public static OrchestrationState State(Row row) => new()
    {
        OrchestrationInstance = new OrchestrationInstance { InstanceId = row.Text(0), ExecutionId = row.Text(1) },
        Name = row.Text(2),
        Version = row.OptionalText(3),
        OrchestrationStatus = (OrchestrationStatus)row.Number(4),
        CreatedTime = Time(row.Number(5)),
        LastUpdatedTime = Time(row.Number(6)),
        CompletedTime = row.OptionalNumber(7) is { } completed ? Time(completed) : default,
        ScheduledStartTime = row.OptionalNumber(8) is { } scheduled ? Time(scheduled) : null,
        Generation = (int?)row.OptionalNumber(9),
        ParentInstance = StoreSerializer.Deserialize<ParentInstance>(row.OptionalBytes(10)),
        Tags = StoreSerializer.Deserialize<Dictionary<string, string>>(row.OptionalBytes(11)),
        Status = row.OptionalText(12),
        FailureDetails = StoreSerializer.Deserialize<FailureDetails>(row.OptionalBytes(13)),
        Output = row.OptionalText(14),
        Input = row.OptionalText(15),
    };

    public static StoredMessage Message(Row row)
        => new(row.Number(0), row.Text(1), row.Number(2), StoreSerializer.DeserializeMessage(row.Text(1), row.Bytes(3)));

    public static StoredActivity Activity(Row row)
        => new(row.Number(0), row.Text(1), row.Number(2), StoreSerializer.DeserializeMessage(row.Text(1), row.Bytes(3)));

    private static DateTime Time(long ticks) => new(ticks, DateTimeKind.Utc);
}
