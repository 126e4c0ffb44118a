using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Client;

namespace TenantSandbox.Local.Engine;

/// <summary>How rows become records.</summary>
internal static class StoreRows
{
    public const string InstanceColumns =
        "id, execution, name, version, status, input, output, custom_status, failure, tags, "
        + "parent_id, parent_name, parent_execution, parent_task, created_at, updated_at";

    public const string MessageColumns = "seq, target, execution, kind, task_id, name, data, sender, sender_execution";

    public const string EntityColumns = "id, state, updated_at, (SELECT count(*) FROM messages WHERE target = id)";

    public static InstanceRow Instance(SqliteDataReader row) => new()
    {
        Id = row.GetString(0),
        Execution = row.GetInt64(1),
        Name = row.GetString(2),
        Version = row.GetString(3),
        Status = (OrchestrationRuntimeStatus)row.GetInt32(4),
        Input = Text(row, 5),
        Output = Text(row, 6),
        CustomStatus = Text(row, 7),
        Failure = Text(row, 8),
        Tags = Text(row, 9),
        Parent = Text(row, 10) is { } parent ? new(parent, row.GetString(11), row.GetInt64(12), row.GetInt32(13)) : null,
        CreatedAt = Time(row, 14),
        UpdatedAt = Time(row, 15),
    };

    public static HistoryEvent History(SqliteDataReader row)
        => new((HistoryEventKind)row.GetInt32(1), row.GetInt32(0), Time(row, 2), row.GetInt32(3), Text(row, 4), Text(row, 5));

    public static Message Message(SqliteDataReader row) => new()
    {
        Seq = row.GetInt64(0),
        Target = row.GetString(1),
        Execution = row.GetInt64(2),
        Kind = (HistoryEventKind)row.GetInt32(3),
        TaskId = row.GetInt32(4),
        Name = Text(row, 5),
        Data = Text(row, 6),
        Sender = Text(row, 7),
        SenderExecution = row.GetInt64(8),
    };

    public static ActivityRow Activity(SqliteDataReader row)
        => new(row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetInt32(3), row.GetString(4), Text(row, 5));

    public static EntityRow Entity(SqliteDataReader row) => new(row.GetString(0), row.GetString(1), Time(row, 2), row.GetInt32(3));

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTime Time(SqliteDataReader row, int column) => new(row.GetInt64(column), DateTimeKind.Utc);
}
