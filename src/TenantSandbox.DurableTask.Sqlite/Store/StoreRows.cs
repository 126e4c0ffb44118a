using DurableTask.Core;
using DurableTask.Core.History;
using Microsoft.Data.Sqlite;
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
    public const string InstanceColumns =
        "id, execution, name, version, status, created_at, updated_at, completed_at, scheduled_at, generation, parent, tags, custom_status, failure, output, input";

    public const string InstanceColumnsWithoutData =
        "id, execution, name, version, status, created_at, updated_at, completed_at, scheduled_at, generation, parent, tags, custom_status, NULL, NULL, NULL";

    public const string HeaderColumns = "id, run, status, generation, parent";

    public const string MessageColumns = "seq, target, run, message";

    public static InstanceHeader Header(SqliteDataReader row) => new(
        row.GetString(0), row.GetInt64(1), (OrchestrationStatus)row.GetInt32(2), row.IsDBNull(3) ? null : row.GetInt32(3),
        StoreSerializer.Deserialize<ParentInstance>(Bytes(row, 4)));

    public static OrchestrationState State(SqliteDataReader row)
    {
        var failure = StoreSerializer.Deserialize<FailureDetails>(Bytes(row, 13));
        return new OrchestrationState
        {
            OrchestrationInstance = new OrchestrationInstance { InstanceId = row.GetString(0), ExecutionId = row.GetString(1) },
            Name = row.GetString(2),
            Version = Text(row, 3),
            OrchestrationStatus = (OrchestrationStatus)row.GetInt32(4),
            CreatedTime = Time(row.GetInt64(5)),
            LastUpdatedTime = Time(row.GetInt64(6)),
            CompletedTime = row.IsDBNull(7) ? default : Time(row.GetInt64(7)),
            ScheduledStartTime = row.IsDBNull(8) ? null : Time(row.GetInt64(8)),
            Generation = row.IsDBNull(9) ? null : row.GetInt32(9),
            ParentInstance = StoreSerializer.Deserialize<ParentInstance>(Bytes(row, 10)),
            Tags = StoreSerializer.Deserialize<Dictionary<string, string>>(Bytes(row, 11)),
            Status = Text(row, 12),
            FailureDetails = failure,
            Output = Text(row, 14),
            Input = Text(row, 15),
        };
    }

    public static StoredMessage Message(SqliteDataReader row)
    {
        var target = row.GetString(1);
        return new StoredMessage(row.GetInt64(0), target, row.GetInt64(2), StoreSerializer.DeserializeMessage(target, row.GetFieldValue<byte[]>(3)));
    }

    public static StoredActivity Activity(SqliteDataReader row)
    {
        var instance = row.GetString(1);
        return new StoredActivity(row.GetInt64(0), instance, row.GetInt64(2), StoreSerializer.DeserializeMessage(instance, row.GetFieldValue<byte[]>(3)));
    }

    public static byte[]? Bytes(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<byte[]>(column);

    public static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTime Time(long ticks) => new(ticks, DateTimeKind.Utc);
}
