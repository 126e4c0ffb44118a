using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace TenantSandbox.DurableTask.Sqlite.Store;

/// <summary>
/// A prepared statement with positional parameters <c>?1, ?2, …</c>. Not thread-safe, like its connection. It calls SQLite directly: a command of
/// Microsoft.Data.Sqlite looks up every parameter by its name at every execution, which costs more than the short statements of the store themselves.
/// </summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    public Statement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        Check(raw.sqlite3_prepare_v2(_database, sql, out _statement));
    }

    /// <summary>Returns the number of rows changed.</summary>
    public int Run(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        try
        {
            while (Step())
            {
            }

            return raw.sqlite3_changes(_database);
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>The first column of the first row. Null if that is null or if there is no row.</summary>
    public long? Number(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        try
        {
            return Step() ? new Row(_statement).OptionalNumber(0) : null;
        }
        finally
        {
            Reset();
        }
    }

    public List<T> Query<T>(Func<Row, T> map, params ReadOnlySpan<object?> values)
    {
        Bind(values);
        try
        {
            List<T> rows = [];
            while (Step())
            {
                rows.Add(map(new Row(_statement)));
            }

            return rows;
        }
        finally
        {
            Reset();
        }
    }

    public void Dispose() => _statement.Dispose();

    private bool Step()
    {
        var result = raw.sqlite3_step(_statement);
        if (result is not (raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            SqliteException.ThrowExceptionForRC(result, _database);
        }

        return result == raw.SQLITE_ROW;
    }

    // The result repeats the failure of the last step, which has been thrown already.
    private void Reset() => _ = raw.sqlite3_reset(_statement);

    private void Bind(ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            Check(values[i] switch
            {
                null => raw.sqlite3_bind_null(_statement, i + 1),
                long number => raw.sqlite3_bind_int64(_statement, i + 1, number),
                int number => raw.sqlite3_bind_int64(_statement, i + 1, number),
                // An empty array would be bound as null.
                "" => raw.sqlite3_bind_text(_statement, i + 1, string.Empty),
                string text => raw.sqlite3_bind_text(_statement, i + 1, Encoding.UTF8.GetBytes(text)),
                byte[] bytes => raw.sqlite3_bind_blob(_statement, i + 1, bytes),
                var other => throw new ArgumentException($"A value of type {other.GetType()} can't be stored."),
            });
        }
    }

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, _database);
}

/// <summary>The present row of a query. Columns count from 0.</summary>
internal readonly struct Row(sqlite3_stmt statement)
{
    public long Number(int column) => raw.sqlite3_column_int64(statement, column);

    public long? OptionalNumber(int column) => IsNull(column) ? null : Number(column);

    public string Text(int column) => OptionalText(column) ?? throw new InvalidOperationException($"Column {column} is null.");

    // Read as a blob, because SQLite's text would end at the first NUL character.
    public string? OptionalText(int column) => IsNull(column) ? null : Encoding.UTF8.GetString(raw.sqlite3_column_blob(statement, column));

    public byte[] Bytes(int column) => raw.sqlite3_column_blob(statement, column).ToArray();

    public byte[]? OptionalBytes(int column) => IsNull(column) ? null : Bytes(column);

    private bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;
}
