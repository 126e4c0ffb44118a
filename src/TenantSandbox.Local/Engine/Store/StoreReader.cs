using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;

namespace TenantSandbox.Local.Engine;

/// <summary>Reads what has been committed. Each thread takes a connection of its own from the pool.</summary>
internal sealed class StoreReader(StoreFile file) : IDisposable
{
    private readonly ConcurrentBag<Connection> _pool = [];

    public InstanceRow? Instance(string id) => Read(c => c.Instance.Query(StoreRows.Instance, id).SingleOrDefault());

    public List<HistoryEvent> History(long execution) => Read(c => c.History.Query(StoreRows.History, execution));

    /// <summary>What is visible to a target, in the order of its coming.</summary>
    public List<Message> Messages(string target, int limit) => Read(c => c.Messages.Query(StoreRows.Message, target, limit));

    public string? EntityState(string id) => Read(c => c.EntityState.Scalar(id) as string);

    public List<ActivityRow> Activities() => Read(c => c.Activities.Query(StoreRows.Activity));

    /// <summary>Targets of messages that are visible now.</summary>
    public List<string> TargetsToWake() => Read(c => c.Undelivered.Query(row => row.GetString(0)));

    /// <summary>When the next delayed message is due.</summary>
    public DateTime? NextDue() => Read(c => c.NextDue.Scalar() is long ticks ? new DateTime(ticks, DateTimeKind.Utc) : (DateTime?)null);

    /// <summary>Instances by id, after the given one.</summary>
    public List<InstanceRow> Instances(
        string? prefix, string? after, DateTimeOffset? from, DateTimeOffset? to, IEnumerable<OrchestrationRuntimeStatus>? statuses, int limit)
    {
        StringBuilder sql = new($"SELECT {StoreRows.InstanceColumns} FROM instances WHERE id > $0 AND created_at >= $1 AND created_at <= $2");
        AppendPrefix(sql);
        if (statuses?.Distinct().ToList() is { Count: > 0 } wanted)
        {
            sql.Append(CultureInfo.InvariantCulture, $" AND status IN ({string.Join(',', wanted.Select(status => (int)status))})");
        }

        sql.Append(" ORDER BY id LIMIT $4");
        return Read(c =>
        {
            using Statement query = new(c.Sqlite, sql.ToString(), 5);
            return query.Query(StoreRows.Instance, after ?? string.Empty, Ticks(from, 0), Ticks(to, long.MaxValue), prefix ?? string.Empty, limit);
        });
    }

    /// <summary>Entities with state, by id, after the given one.</summary>
    public List<EntityRow> Entities(EntityQuery filter, string? after, int limit)
    {
        StringBuilder sql = new(
            $"SELECT {StoreRows.EntityColumns} FROM entities WHERE id > $0 AND updated_at >= $1 AND updated_at <= $2");
        AppendPrefix(sql);
        sql.Append(" ORDER BY id LIMIT $4");
        return Read(c =>
        {
            using Statement query = new(c.Sqlite, sql.ToString(), 5);
            return query.Query(
                StoreRows.Entity, after ?? string.Empty, Ticks(filter.LastModifiedFrom, 0), Ticks(filter.LastModifiedTo, long.MaxValue),
                filter.InstanceIdStartsWith ?? string.Empty, limit);
        });
    }

    public EntityRow? Entity(string id) => Read(c => c.Entity.Query(StoreRows.Entity, id).SingleOrDefault());

    public void Dispose()
    {
        while (_pool.TryTake(out Connection? connection))
        {
            connection.Dispose();
        }
    }

    // substr, not LIKE: ids may hold the wildcard characters.
    private static void AppendPrefix(StringBuilder sql) => sql.Append(" AND id >= $3 AND substr(id, 1, length($3)) = $3");

    private static long Ticks(DateTimeOffset? time, long otherwise) => time?.UtcTicks ?? otherwise;

    private T Read<T>(Func<Connection, T> read)
    {
        if (!_pool.TryTake(out Connection? connection))
        {
            connection = new(file.OpenForReading());
        }

        try
        {
            return read(connection);
        }
        finally
        {
            _pool.Add(connection);
        }
    }

    private sealed class Connection(SqliteConnection sqlite) : IDisposable
    {
        public SqliteConnection Sqlite => sqlite;

        public Statement Instance { get; } = new(sqlite, $"SELECT {StoreRows.InstanceColumns} FROM instances WHERE id = $0", 1);

        public Statement History { get; } = new(sqlite, "SELECT step, kind, time, task_id, name, data FROM history WHERE execution = $0 ORDER BY seq", 1);

        public Statement Messages { get; } = new(
            sqlite,
            $"SELECT {StoreRows.MessageColumns} FROM messages WHERE target = $0 AND delayed = 0 ORDER BY at, seq LIMIT $1",
            2);

        public Statement EntityState { get; } = new(sqlite, "SELECT state FROM entities WHERE id = $0", 1);

        public Statement Entity { get; } = new(
            sqlite, $"SELECT {StoreRows.EntityColumns} FROM entities WHERE id = $0", 1);

        public Statement Activities { get; } = new(sqlite, "SELECT seq, instance, execution, task_id, name, input FROM activities ORDER BY seq", 0);

        public Statement Undelivered { get; } = new(sqlite, "SELECT DISTINCT target FROM messages WHERE delayed = 0", 0);

        public Statement NextDue { get; } = new(sqlite, "SELECT min(at) FROM messages WHERE delayed = 1", 0);

        public void Dispose()
        {
            foreach (Statement statement in (Statement[])[Instance, History, Messages, EntityState, Entity, Activities, Undelivered, NextDue])
            {
                statement.Dispose();
            }

            sqlite.Dispose();
        }
    }
}
