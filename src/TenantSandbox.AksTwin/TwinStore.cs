using System.Data;
using Microsoft.Data.Sqlite;

namespace TenantSandbox.AksTwin;

/// <summary>
/// Keeps key-value state beyond the process, in one table. A change is with the operating system when <see cref="Put"/> returns, so
/// <c>kill -9</c> loses nothing (power loss may lose the last moments; a twin may). A second twin on the same directory is refused.
/// </summary>
internal sealed class TwinStore : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SqliteConnection _file = new();
    private readonly SqliteCommand _put;
    private readonly SqliteCommand _remove;

    /// <param name="directory">Where the file lies; null for memory only.</param>
    public TwinStore(string? directory)
    {
        _put = Command("INSERT INTO state VALUES ($key, $json) ON CONFLICT (key) DO UPDATE SET json = $json");
        _remove = Command("DELETE FROM state WHERE key = $key");
        if (directory is null)
            return;
        Directory.CreateDirectory(directory);
        _file.ConnectionString = $"Data Source={Path.Combine(directory, "twin.db")};Pooling=False;Default Timeout=1";
        _file.Open();
        using var prepare = Command("""
            PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
            CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, json BLOB NOT NULL) WITHOUT ROWID
            """);
        prepare.ExecuteNonQuery();
    }

    /// <summary>Whether state outlives the process; callers may spare the work of serializing when it doesn't.</summary>
    public bool IsDurable => _file.State == ConnectionState.Open;

    /// <summary>Everything under a prefix, in key order.</summary>
    public IReadOnlyList<KeyValuePair<string, byte[]>> Load(string prefix)
    {
        var found = new List<KeyValuePair<string, byte[]>>();
        if (!IsDurable)
            return found;
        lock (_gate)
        {
            using var query = Command("SELECT key, json FROM state WHERE substr(key, 1, length($key)) = $key ORDER BY key");
            query.Parameters["$key"].Value = prefix;
            using var rows = query.ExecuteReader();
            while (rows.Read())
                found.Add(new(rows.GetString(0), rows.GetFieldValue<byte[]>(1)));
        }

        return found;
    }

    public void Put(string key, byte[] json) => Write(_put, key, json);

    public void Remove(string key) => Write(_remove, key, []);

    public void Dispose()
    {
        lock (_gate)
        {
            _put.Dispose();
            _remove.Dispose();
            _file.Dispose();
        }
    }

    private void Write(SqliteCommand command, string key, byte[] json)
    {
        lock (_gate)
        {
            if (!IsDurable)
                return;
            (command.Parameters["$key"].Value, command.Parameters["$json"].Value) = (key, json);
            command.ExecuteNonQuery();
        }
    }

    private SqliteCommand Command(string sql) => new(sql, _file) { Parameters = { new("$key", SqliteType.Text), new("$json", SqliteType.Blob) } };
}
