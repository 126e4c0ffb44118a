using System.Data;
using Microsoft.Data.Sqlite;

namespace TenantSandbox.AksTwin;

/// <summary>
/// Persistent key-value state in a SQLite file. A change is handed to the operating system before <see cref="Put"/> returns, so it
/// survives <c>kill -9</c>; a power loss may lose the last changes. A second twin on the same directory fails to open the file.
/// </summary>
internal sealed class TwinStore : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SqliteConnection _file = new();

    /// <param name="directory">Directory of the file <c>twin.db</c>; null for no file.</param>
    public TwinStore(string? directory)
    {
        if (directory is null)
        {
            return;
        }

        Directory.CreateDirectory(directory);
        _file.ConnectionString = $"Data Source={Path.Combine(directory, "twin.db")};Pooling=False;Default Timeout=1";
        _file.Open();
        // One command each: in a batch, an error after the first statement could be missed.
        foreach (var pragma in (string[])["locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = OFF"])
        {
            Write($"PRAGMA {pragma}", "", []);
        }

        Write("CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, json BLOB NOT NULL) WITHOUT ROWID", "", []);
    }

    /// <summary>Whether the state is persistent.</summary>
    public bool IsDurable => _file.State == ConnectionState.Open;

    /// <summary>All entries whose key starts with a prefix, in key order; none if the store isn't durable.</summary>
    public IReadOnlyList<KeyValuePair<string, byte[]>> Load(string prefix)
    {
        var found = new List<KeyValuePair<string, byte[]>>();
        if (!IsDurable)
        {
            return found;
        }

        lock (_gate)
        {
            using var query = Command("SELECT key, json FROM state WHERE substr(key, 1, length($key)) = $key ORDER BY key", prefix);
            using var rows = query.ExecuteReader();
            while (rows.Read())
            {
                found.Add(new(rows.GetString(0), rows.GetFieldValue<byte[]>(1)));
            }
        }

        return found;
    }

    public void Put(string key, byte[] json) => Write("INSERT OR REPLACE INTO state VALUES ($key, $json)", key, json);

    public void Remove(string key) => Write("DELETE FROM state WHERE key = $key", key, []);

    public void Dispose()
    {
        lock (_gate)
        {
            _file.Dispose();
        }
    }

    private void Write(string sql, string key, byte[] json)
    {
        lock (_gate)
        {
            if (!IsDurable)
            {
                return;
            }

            using var command = Command(sql, key, json);
            command.ExecuteNonQuery();
        }
    }

    private SqliteCommand Command(string sql, string key = "", byte[]? json = null) =>
        new(sql, _file) { Parameters = { new("$key", key), new("$json", json ?? []) } };
}
