using Microsoft.Data.Sqlite;

namespace TenantSandbox.DurableTask.Sqlite.Store;

/// <summary>Opens the database file. A file that isn't sound, or isn't this provider's, is refused and left unchanged.</summary>
internal sealed class StoreFile : IDisposable
{
    // "TSDS". The embedded engine that this provider replaced wrote "TSDE".
    private const int ApplicationId = 0x5453_4453;
    private const int EmbeddedEngineApplicationId = 0x5453_4445;
    private const int FormatVersion = 1;

    private const string Schema = """
        CREATE TABLE instances(
            id TEXT NOT NULL PRIMARY KEY, run INTEGER NOT NULL, execution TEXT NOT NULL, name TEXT NOT NULL, version TEXT, status INTEGER NOT NULL,
            created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, completed_at INTEGER, scheduled_at INTEGER, generation INTEGER,
            parent BLOB, tags BLOB, custom_status TEXT, failure BLOB, output TEXT, input TEXT);
        CREATE TABLE history(
            run INTEGER NOT NULL, seq INTEGER NOT NULL, events BLOB NOT NULL,
            PRIMARY KEY(run, seq)) WITHOUT ROWID;
        CREATE TABLE messages(
            seq INTEGER PRIMARY KEY, target TEXT NOT NULL, run INTEGER NOT NULL, due INTEGER NOT NULL, message BLOB NOT NULL);
        CREATE INDEX messages_by_target ON messages(target);
        CREATE INDEX messages_by_due ON messages(due) WHERE due > 0;
        CREATE TABLE activities(
            seq INTEGER PRIMARY KEY, instance TEXT NOT NULL, run INTEGER NOT NULL, message BLOB NOT NULL);
        CREATE INDEX activities_by_run ON activities(run);
        """;

    private readonly string _path;
    private readonly FileStream _lock;
    private readonly CommitDurability _durability;

    /// <exception cref="OrchestrationStoreException">The file is in use, newer, damaged, or another program's.</exception>
    public StoreFile(string path, CommitDurability durability)
    {
        _path = Path.GetFullPath(path);
        _durability = durability;
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        _lock = TakeLock();
        try
        {
            Prepare();
        }
        catch (SqliteException e)
        {
            _lock.Dispose();
            throw Refusal($"it isn't a sound SQLite database ({e.Message})", e);
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    public SqliteConnection OpenForWriting() => Open(readOnly: false);

    public SqliteConnection OpenForReading() => Open(readOnly: true);

    public void Dispose() => _lock.Dispose();

    internal static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The text is always a constant of this assembly.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static long Pragma(SqliteConnection connection, string name)
    {
        using var statement = new Statement(connection, $"PRAGMA {name}");
        return statement.Number() ?? 0;
    }

    private FileStream TakeLock()
    {
        try
        {
            return new FileStream(_path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw Refusal("another process has it open; stop that one, or use another file", e);
        }
    }

    private void Prepare()
    {
        // Checked through a read-only connection: setting WAL mode would already change a file of another program.
        if (File.Exists(_path) && new FileInfo(_path).Length > 0)
        {
            using var check = Open(readOnly: true);
            if (HoldsOurData(check))
            {
                return;
            }
        }

        using var connection = Open(readOnly: false);
        Execute(connection, $"BEGIN EXCLUSIVE; {Schema} PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {FormatVersion}; COMMIT");
    }

    private bool HoldsOurData(SqliteConnection connection)
    {
        var application = Pragma(connection, "application_id");
        var version = Pragma(connection, "user_version");
        if (application == 0 && version == 0 && IsEmpty(connection))
        {
            return false;
        }

        if (application == EmbeddedEngineApplicationId)
        {
            throw Refusal("the former embedded engine wrote it, whose instances this version can't continue");
        }

        if (application != ApplicationId)
        {
            throw Refusal("it is another program's database");
        }

        if (version != FormatVersion)
        {
            throw Refusal(version > FormatVersion
                ? $"a newer version wrote it (format {version}; this version reads format {FormatVersion})"
                : $"its format {version} is older than any that this version reads");
        }

        using var check = new Statement(connection, "PRAGMA quick_check(1)");
        if (check.Query(row => row.OptionalText(0)).FirstOrDefault() is { } answer and not "ok")
        {
            throw Refusal($"it is damaged ({answer})");
        }

        return true;
    }

    /// <summary>True for a file whose creator died between creating it and its first commit.</summary>
    private static bool IsEmpty(SqliteConnection connection)
    {
        using var tables = new Statement(connection, "SELECT count(*) FROM sqlite_master");
        return tables.Number() == 0;
    }

    private SqliteConnection Open(bool readOnly)
    {
        var mode = readOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWriteCreate;
        var builder = new SqliteConnectionStringBuilder { DataSource = _path, Pooling = false, Mode = mode };
        var connection = new SqliteConnection(builder.ToString());
        connection.Open();
        Execute(connection, "PRAGMA busy_timeout = 10000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384");
        if (!readOnly)
        {
            var synchronous = _durability == CommitDurability.PowerLoss ? "FULL" : "NORMAL";
            Execute(connection, $"PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA wal_autocheckpoint = 4000");
        }

        return connection;
    }

    private OrchestrationStoreException Refusal(string why, Exception? cause = null)
        => new($"The database '{_path}' can't be used: {why}. Nothing was changed; move the file away or use another path.", cause);
}
