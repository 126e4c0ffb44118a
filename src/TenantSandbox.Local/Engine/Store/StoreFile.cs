using System.Globalization;
using Microsoft.Data.Sqlite;

namespace TenantSandbox.Local.Engine;

/// <summary>Opens the database file, and refuses what isn't ours to write.</summary>
internal sealed class StoreFile : IDisposable
{
    private const int ApplicationId = 0x5453_4445;
    private const int SchemaVersion = 1;

    private const string Schema = """
        CREATE TABLE instances(
            id TEXT NOT NULL PRIMARY KEY, execution INTEGER NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, status INTEGER NOT NULL,
            input TEXT, output TEXT, custom_status TEXT, failure TEXT, tags TEXT,
            parent_id TEXT, parent_name TEXT, parent_execution INTEGER, parent_task INTEGER,
            created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
        CREATE INDEX instances_by_parent ON instances(parent_id) WHERE parent_id IS NOT NULL;
        CREATE TABLE history(
            execution INTEGER NOT NULL, seq INTEGER NOT NULL, step INTEGER NOT NULL, kind INTEGER NOT NULL, time INTEGER NOT NULL,
            task_id INTEGER NOT NULL, name TEXT, data TEXT,
            PRIMARY KEY(execution, seq)) WITHOUT ROWID;
        CREATE TABLE messages(
            seq INTEGER PRIMARY KEY, target TEXT NOT NULL, execution INTEGER NOT NULL, at INTEGER NOT NULL, delayed INTEGER NOT NULL,
            kind INTEGER NOT NULL, task_id INTEGER NOT NULL, name TEXT, data TEXT, sender TEXT, sender_execution INTEGER NOT NULL);
        CREATE INDEX messages_by_target ON messages(target, at);
        CREATE INDEX messages_delayed ON messages(at) WHERE delayed = 1;
        CREATE TABLE activities(
            seq INTEGER PRIMARY KEY, instance TEXT NOT NULL, execution INTEGER NOT NULL, task_id INTEGER NOT NULL, name TEXT NOT NULL, input TEXT);
        CREATE TABLE entities(id TEXT NOT NULL PRIMARY KEY, state TEXT NOT NULL, updated_at INTEGER NOT NULL);
        """;

    private readonly string _path;
    private readonly FileStream _lock;
    private readonly CommitDurability _durability;

    /// <exception cref="EngineDatabaseException">The file is in use, newer, damaged, or another program's.</exception>
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
        using Statement statement = new(connection, sql, 0);
        statement.Run();
    }

    private static long Pragma(SqliteConnection connection, string name)
    {
        using Statement statement = new(connection, $"PRAGMA {name}", 0);
        return Convert.ToInt64(statement.Scalar(), CultureInfo.InvariantCulture);
    }

    private FileStream TakeLock()
    {
        try
        {
            return new FileStream(_path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw Refusal("another engine has it open; stop that one, or use another file", e);
        }
    }

    private void Prepare()
    {
        // Looked at before it is opened for writing: even setting WAL mode would change a file that isn't ours.
        if (File.Exists(_path) && new FileInfo(_path).Length > 0)
        {
            using SqliteConnection check = Open(readOnly: true);
            if (HoldsOurData(check))
            {
                return;
            }
        }

        using SqliteConnection connection = Open(readOnly: false);
        Execute(connection, $"BEGIN EXCLUSIVE; {Schema} PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {SchemaVersion}; COMMIT");
    }

    private bool HoldsOurData(SqliteConnection connection)
    {
        long application = Pragma(connection, "application_id"), version = Pragma(connection, "user_version");
        if (application == 0 && version == 0 && IsEmpty(connection))
        {
            return false;
        }

        if (application != ApplicationId)
        {
            throw Refusal("it is another program's database");
        }

        if (version != SchemaVersion)
        {
            throw Refusal(version > SchemaVersion
                ? $"a newer version wrote it (format {version}; this one knows {SchemaVersion})"
                : $"its format {version} is older than any that this version reads");
        }

        using Statement check = new(connection, "PRAGMA quick_check(1)", 0);
        if (check.Scalar() is string answer and not "ok")
        {
            throw Refusal($"it is damaged ({answer})");
        }

        return true;
    }

    /// <summary>As it is when the process died between creating the file and its first commit.</summary>
    private static bool IsEmpty(SqliteConnection connection)
    {
        using Statement tables = new(connection, "SELECT count(*) FROM sqlite_master", 0);
        return tables.Scalar() is 0L;
    }

    private SqliteConnection Open(bool readOnly)
    {
        SqliteOpenMode mode = readOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWriteCreate;
        SqliteConnectionStringBuilder builder = new() { DataSource = _path, Pooling = false, Mode = mode };
        SqliteConnection connection = new(builder.ToString());
        connection.Open();
        Execute(connection, "PRAGMA busy_timeout = 10000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384");
        if (!readOnly)
        {
            string synchronous = _durability == CommitDurability.PowerLoss ? "FULL" : "NORMAL";
            Execute(connection, $"PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA wal_autocheckpoint = 4000");
        }

        return connection;
    }

    private EngineDatabaseException Refusal(string why, Exception? cause = null)
        => new($"The engine's database '{_path}' can't be used: {why}. Nothing was changed; move the file away or start with a fresh one.", cause);
}
