using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Client;

namespace TenantSandbox.Local.Engine;

/// <summary>What can be written, one statement a method. Used by the commit loop's thread alone, inside its transaction.</summary>
internal sealed class StoreWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly TimeProvider _time;
    private readonly List<Statement> _statements = [];
    private readonly Statement _begin, _commit, _rollback;
    private readonly Statement _findInstance, _insertInstance, _updateInstance, _deleteInstance, _children;
    private readonly Statement _appendHistory, _deleteHistory;
    private readonly Statement _send, _deleteMessage, _deleteMessagesOfTarget, _deleteMessagesOfRun, _deleteTimer, _release;
    private readonly Statement _addActivity, _takeActivity, _deleteActivities;
    private readonly Statement _putEntity, _deleteEntity;
    private CommitEffects _effects = new();
    private long _lastTicks;
    private long _lastExecution;

    public StoreWriter(SqliteConnection connection, TimeProvider time)
    {
        _connection = connection;
        _time = time;
        _begin = Prepare("BEGIN IMMEDIATE", 0);
        _commit = Prepare("COMMIT", 0);
        _rollback = Prepare("ROLLBACK", 0);
        _findInstance = Prepare($"SELECT {StoreRows.InstanceColumns} FROM instances WHERE id = $0", 1);
        _insertInstance = Prepare(
            $"INSERT INTO instances({StoreRows.InstanceColumns}) VALUES($0,$1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)", 16);
        _updateInstance = Prepare(
            """
            UPDATE instances SET execution=$2, version=$3, status=$4, input=$5, output=$6, custom_status=$7, failure=$8, updated_at=$9
            WHERE id=$0 AND execution=$1
            """,
            10);
        _deleteInstance = Prepare("DELETE FROM instances WHERE id = $0", 1);
        _children = Prepare($"SELECT {StoreRows.InstanceColumns} FROM instances WHERE parent_id = $0", 1);
        _appendHistory = Prepare("INSERT INTO history(execution, seq, step, kind, time, task_id, name, data) VALUES($0,$1,$2,$3,$4,$5,$6,$7)", 8);
        _deleteHistory = Prepare("DELETE FROM history WHERE execution = $0", 1);
        _send = Prepare(
            """
            INSERT INTO messages(target, execution, at, delayed, kind, task_id, name, data, sender, sender_execution)
            VALUES($0,$1,$2,$3,$4,$5,$6,$7,$8,$9)
            """,
            10);
        _deleteMessage = Prepare("DELETE FROM messages WHERE seq = $0", 1);
        _deleteMessagesOfTarget = Prepare("DELETE FROM messages WHERE target = $0", 1);
        _deleteMessagesOfRun = Prepare("DELETE FROM messages WHERE target = $0 AND execution = $1", 2);
        _deleteTimer = Prepare("DELETE FROM messages WHERE target = $0 AND execution = $1 AND task_id = $2 AND delayed = 1", 3);
        _release = Prepare("UPDATE messages SET delayed = 0 WHERE delayed = 1 AND at <= $0 RETURNING target", 1);
        _addActivity = Prepare("INSERT INTO activities(instance, execution, task_id, name, input) VALUES($0,$1,$2,$3,$4) RETURNING seq", 5);
        _takeActivity = Prepare("DELETE FROM activities WHERE seq = $0 AND execution = $1", 2);
        _deleteActivities = Prepare("DELETE FROM activities WHERE execution = $0", 1);
        _putEntity = Prepare("INSERT INTO entities(id, state, updated_at) VALUES($0,$1,$2) ON CONFLICT(id) DO UPDATE SET state = $1, updated_at = $2", 3);
        _deleteEntity = Prepare("DELETE FROM entities WHERE id = $0", 1);
        using Statement newest = new(connection, "SELECT max(execution) FROM instances", 0);
        _lastExecution = newest.Scalar() as long? ?? 0;
    }

    /// <summary>The time, never running backwards: messages are ordered by it.</summary>
    public DateTime Now => new(_lastTicks = Math.Max(_lastTicks, _time.GetUtcNow().UtcTicks), DateTimeKind.Utc);

    public void Begin(CommitEffects effects)
    {
        _effects = effects;
        _begin.Run();
    }

    public void Commit() => _commit.Run();

    public void Rollback()
    {
        try
        {
            _rollback.Run();
        }
        catch (SqliteException)
        {
            // SQLite has already rolled back, as it does after some errors.
        }
    }

    /// <summary>A number that no run has had: the key of its history, and what stale answers are told by.</summary>
    public long NextExecution() => _lastExecution = Math.Max(_lastExecution + 1, Now.Ticks);

    public void Report(EngineProgressKind kind, string instanceId, string name, string? detail = null)
        => _effects.Progress.Add(new(kind, instanceId, name, new DateTimeOffset(Now), detail));

    public InstanceRow? FindInstance(string id) => _findInstance.Query(StoreRows.Instance, id).SingleOrDefault();

    public List<InstanceRow> Children(string parentId) => _children.Query(StoreRows.Instance, parentId);

    public void InsertInstance(InstanceRow row)
    {
        _insertInstance.Run(
            row.Id, row.Execution, row.Name, row.Version, (int)row.Status, row.Input, row.Output, row.CustomStatus, row.Failure, row.Tags,
            row.Parent?.Id, row.Parent?.Name, row.Parent?.Execution, row.Parent?.TaskId, row.CreatedAt.Ticks, row.UpdatedAt.Ticks);
        _effects.Changed.Add(row.Id);
    }

    /// <summary>False if another run has taken the place of the given one since.</summary>
    public bool UpdateInstance(InstanceRow row, long expectedExecution)
    {
        _effects.Changed.Add(row.Id);
        return _updateInstance.Run(
            row.Id, expectedExecution, row.Execution, row.Version, (int)row.Status, row.Input, row.Output, row.CustomStatus, row.Failure,
            row.UpdatedAt.Ticks) == 1;
    }

    /// <summary>Everything of an instance goes: history, activities that wait, messages, the instance itself.</summary>
    public void DeleteInstance(InstanceRow row)
    {
        DeleteRun(row.Id, row.Execution);
        _deleteHistory.Run(row.Execution);
        DeleteMessages(row.Id);
        _deleteInstance.Run(row.Id);
        _effects.Changed.Add(row.Id);
    }

    /// <summary>What was to come back to a run: its activities and timers.</summary>
    public void DeleteRun(string id, long execution)
    {
        _deleteActivities.Run(execution);
        _effects.TimersChanged |= _deleteMessagesOfRun.Run(id, execution) > 0;
    }

    public void DeleteHistory(long execution) => _deleteHistory.Run(execution);

    public void AppendHistory(long execution, int seq, HistoryEvent e)
        => _appendHistory.Run(execution, seq, e.Step, (int)e.Kind, e.Time.Ticks, e.TaskId, e.Name, e.Data);

    public void Send(Message message, DateTime? sortAt = null)
    {
        DateTime now = Now;
        bool delayed = message.DueAt > now;
        long at = (delayed ? message.DueAt!.Value : sortAt ?? now).Ticks;
        _send.Run(
            message.Target, message.Execution, at, delayed ? 1 : 0, (int)message.Kind, message.TaskId, message.Name, message.Data,
            message.Sender, message.SenderExecution);
        _effects.TimersChanged |= delayed;
        if (!delayed)
        {
            _effects.Wakes.Add(message.Target);
        }
    }

    public void DeleteMessage(long seq) => _deleteMessage.Run(seq);

    public void DeleteMessages(string target) => _effects.TimersChanged |= _deleteMessagesOfTarget.Run(target) > 0;

    public void DeleteTimer(string target, long execution, int taskId)
        => _effects.TimersChanged |= _deleteTimer.Run(target, execution, taskId) > 0;

    /// <summary>Makes visible what has come due.</summary>
    public int ReleaseDue()
    {
        List<string> targets = _release.Query(row => row.GetString(0), Now.Ticks);
        _effects.Wakes.UnionWith(targets);
        _effects.TimersChanged = true;
        return targets.Count;
    }

    public void AddActivity(string instanceId, long execution, int taskId, string name, string? input)
    {
        long seq = (long)_addActivity.Scalar(instanceId, execution, taskId, name, input)!;
        _effects.Activities.Add(new(seq, instanceId, execution, taskId, name, input));
    }

    /// <summary>False if nobody waits for its answer any more.</summary>
    public bool TakeActivity(ActivityRow activity) => _takeActivity.Run(activity.Seq, activity.Execution) == 1;

    public void PutEntity(string id, string? state)
    {
        _ = state is null ? _deleteEntity.Run(id) : _putEntity.Run(id, state, Now.Ticks);
    }

    public void Dispose()
    {
        // Readers may still be open, so closing wouldn't fold the log into the database by itself.
        StoreFile.Execute(_connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        _statements.ForEach(statement => statement.Dispose());
        _connection.Dispose();
    }

    private Statement Prepare(string sql, int parameters)
    {
        Statement statement = new(_connection, sql, parameters);
        _statements.Add(statement);
        return statement;
    }
}
