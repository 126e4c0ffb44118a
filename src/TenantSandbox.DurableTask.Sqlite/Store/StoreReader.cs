using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using DurableTask.Core;
using DurableTask.Core.History;
using Microsoft.Data.Sqlite;
using TenantSandbox.DurableTask.Sqlite.Serialization;
using CoreEntities = DurableTask.Core.Common.Entities;

namespace TenantSandbox.DurableTask.Sqlite.Store;

/// <summary>Reads what is committed. Each thread takes a connection of its own from the pool.</summary>
internal sealed class StoreReader(StoreFile file) : IDisposable
{
    private readonly ConcurrentBag<Connection> _pool = [];

    public OrchestrationState? State(string id) => Read(c => c.State.Query(StoreRows.State, id).SingleOrDefault());

    /// <summary>An instance with its history, read from one snapshot of the database. Null if it doesn't exist.</summary>
    public InstanceSnapshot? Instance(string id) => Read(c => c.InTransaction(() =>
    {
        if (c.State.Query(StoreRows.State, id).SingleOrDefault() is not { } state)
        {
            return null;
        }

        var run = c.Run.Number(id)!.Value;
        var events = CoreEntities.IsEntityInstance(id) ? EntityHistory(state) : History(c, run);
        return new InstanceSnapshot(id, run, state.OrchestrationInstance.ExecutionId, state.OrchestrationStatus, events);
    }));

    /// <summary>Messages without a delay that haven't been processed.</summary>
    public List<StoredMessage> Messages() => Read(c => c.Messages.Query(StoreRows.Message));

    public List<StoredActivity> Activities() => Read(c => c.Activities.Query(StoreRows.Activity));

    /// <summary>Instances in the order of their ids.</summary>
    public List<OrchestrationState> Query(InstanceFilter filter)
    {
        var columns = filter.IncludesData ? StoreRows.InstanceColumns : StoreRows.InstanceColumnsWithoutData;
        // substr, not LIKE: ids may contain wildcard characters.
        var sql = new StringBuilder(
            $"""
            SELECT {columns} FROM instances
            WHERE id > ?1 AND id >= ?2 AND substr(id, 1, length(?2)) = ?2 AND {filter.TimeColumn} >= ?3 AND {filter.TimeColumn} <= ?4
            """);
        if (filter.Statuses is { } statuses)
        {
            sql.Append(CultureInfo.InvariantCulture, $" AND status IN ({string.Join(',', statuses.Distinct().Select(status => (int)status))})");
        }

        if (filter.ExcludesEntities)
        {
            sql.Append(" AND substr(id, 1, 1) <> '@'");
        }

        sql.Append(" ORDER BY id LIMIT ?5");
        return Read(c =>
        {
            using var query = new Statement(c.Sqlite, sql.ToString());
            return query.Query(
                StoreRows.State, filter.AfterId ?? string.Empty, filter.Prefix ?? string.Empty, filter.From?.Ticks ?? 0L, filter.To?.Ticks ?? long.MaxValue,
                filter.Limit);
        });
    }

    public void Dispose()
    {
        while (_pool.TryTake(out var connection))
        {
            connection.Dispose();
        }
    }

    private static List<HistoryEvent> History(Connection connection, long run)
    {
        List<HistoryEvent> events = [];
        foreach (var chunk in connection.History.Query(row => row.Bytes(0), run))
        {
            StoreSerializer.DeserializeEvents(chunk, events);
        }

        return events;
    }

    /// <summary>An entity continues as new after each batch, so its history is only the event that starts the present execution.</summary>
    private static List<HistoryEvent> EntityHistory(OrchestrationState state) =>
    [
        new ExecutionStartedEvent(-1, state.Input)
        {
            OrchestrationInstance = state.OrchestrationInstance,
            Name = state.Name,
            Version = state.Version,
            Tags = state.Tags,
            ParentInstance = state.ParentInstance,
            Timestamp = state.LastUpdatedTime,
        },
    ];

    private T Read<T>(Func<Connection, T> read)
    {
        if (!_pool.TryTake(out var connection))
        {
            connection = new Connection(file.OpenForReading());
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
        private readonly Statement _begin = new(sqlite, "BEGIN");
        private readonly Statement _end = new(sqlite, "COMMIT");

        public SqliteConnection Sqlite => sqlite;

        public Statement State { get; } = new(sqlite, $"SELECT {StoreRows.InstanceColumns} FROM instances WHERE id = ?1");

        public Statement Run { get; } = new(sqlite, "SELECT run FROM instances WHERE id = ?1");

        public Statement History { get; } = new(sqlite, "SELECT events FROM history WHERE run = ?1 ORDER BY seq");

        public Statement Messages { get; } = new(sqlite, $"SELECT {StoreRows.MessageColumns} FROM messages WHERE due = 0 ORDER BY seq");

        public Statement Activities { get; } = new(sqlite, "SELECT seq, instance, run, message FROM activities ORDER BY seq");

        public T InTransaction<T>(Func<T> read)
        {
            _begin.Run();
            try
            {
                return read();
            }
            finally
            {
                _end.Run();
            }
        }

        public void Dispose()
        {
            foreach (var statement in (Statement[])[_begin, _end, State, Run, History, Messages, Activities])
            {
                statement.Dispose();
            }

            sqlite.Dispose();
        }
    }
}

/// <summary>Which instances to read. Times are in UTC and inclusive.</summary>
internal sealed record InstanceFilter
{
    public string? Prefix { get; init; }

    public string? AfterId { get; init; }

    public string TimeColumn { get; init; } = "created_at";

    public DateTime? From { get; init; }

    public DateTime? To { get; init; }

    /// <summary>Null: all.</summary>
    public IReadOnlyCollection<OrchestrationStatus>? Statuses { get; init; }

    public bool ExcludesEntities { get; init; }

    /// <summary>With inputs, outputs and failures.</summary>
    public bool IncludesData { get; init; } = true;

    public int Limit { get; init; } = 100;
}
