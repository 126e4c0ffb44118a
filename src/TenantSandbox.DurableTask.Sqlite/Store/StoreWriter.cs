using DurableTask.Core;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using TenantSandbox.DurableTask.Sqlite.Serialization;

namespace TenantSandbox.DurableTask.Sqlite.Store;

/// <summary>All writes, one statement a method. Used by the commit loop's thread only, inside its transaction.</summary>
internal sealed class StoreWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly TimeProvider _time;
    private readonly List<Statement> _statements = [];
    private readonly Statement _begin, _commit, _rollback;
    private readonly Statement _findHeader, _putInstance, _updateInstance, _deleteInstance;
    private readonly Statement _appendHistory, _deleteHistory;
    private readonly Statement _addMessage, _deleteMessage, _deleteMessagesOfTarget, _deleteTimers, _due, _nextDue;
    private readonly Statement _addActivity, _deleteActivity, _deleteActivities;
    private CommitEffects _effects = new();
    private long _lastTicks;
    private long _lastRun;
    private long _lastSequence;
    private long _releasedUntil;
    private int _lastChanges;

    public StoreWriter(SqliteConnection connection, TimeProvider time)
    {
        _connection = connection;
        _time = time;
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _rollback = Prepare("ROLLBACK");
        _findHeader = Prepare($"SELECT {StoreRows.HeaderColumns} FROM instances WHERE id = ?1");
        _putInstance = Prepare(
            $"INSERT OR REPLACE INTO instances({StoreRows.InstanceColumns}, run) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17)");
        _updateInstance = Prepare(
            "UPDATE instances SET version=?3, status=?4, updated_at=?5, completed_at=?6, custom_status=?7, failure=?8, output=?9 WHERE id=?1 AND run=?2");
        _deleteInstance = Prepare("DELETE FROM instances WHERE id = ?1");
        _appendHistory = Prepare("INSERT INTO history(run, seq, events) VALUES(?1,?2,?3)");
        _deleteHistory = Prepare("DELETE FROM history WHERE run = ?1");
        _addMessage = Prepare("INSERT INTO messages(seq, target, run, due, message) VALUES(?1,?2,?3,?4,?5)");
        _deleteMessage = Prepare("DELETE FROM messages WHERE seq = ?1");
        _deleteMessagesOfTarget = Prepare("DELETE FROM messages WHERE target = ?1");
        _deleteTimers = Prepare("DELETE FROM messages WHERE target = ?1 AND run = ?2 AND due > ?3");
        _due = Prepare($"SELECT {StoreRows.MessageColumns} FROM messages WHERE due > ?1 AND due <= ?2 ORDER BY due, seq");
        _nextDue = Prepare("SELECT min(due) FROM messages WHERE due > ?1");
        _addActivity = Prepare("INSERT INTO activities(seq, instance, run, message) VALUES(?1,?2,?3,?4)");
        _deleteActivity = Prepare("DELETE FROM activities WHERE seq = ?1");
        _deleteActivities = Prepare("DELETE FROM activities WHERE run = ?1");
        using var newest = new Statement(
            connection,
            "SELECT max((SELECT ifnull(max(run), 0) FROM instances), (SELECT ifnull(max(run), 0) FROM history), (SELECT ifnull(max(run), 0) FROM activities))");
        _lastRun = newest.Number()!.Value;
        using var last = new Statement(
            connection, "SELECT max((SELECT ifnull(max(seq), 0) FROM messages), (SELECT ifnull(max(seq), 0) FROM activities))");
        _lastSequence = last.Number()!.Value;
    }

    /// <summary>The time in UTC. It never runs backwards.</summary>
    public DateTime Now => new(_lastTicks = Math.Max(_lastTicks, _time.GetUtcNow().UtcTicks), DateTimeKind.Utc);

    public void Begin(CommitEffects effects)
    {
        _effects = effects;
        _begin.Run();
    }

    /// <summary>Returns false if there was nothing to write, as when a timer has only made messages visible.</summary>
    public bool Commit()
    {
        _commit.Run();
        _releasedUntil = _effects.ReleasedUntil ?? _releasedUntil;
        var changes = raw.sqlite3_total_changes(_connection.Handle);
        var hasWritten = changes != _lastChanges;
        _lastChanges = changes;
        return hasWritten;
    }

    public void Rollback()
    {
        try
        {
            _rollback.Run();
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself, as it does after some errors.
        }
    }

    /// <summary>A number that no run has had.</summary>
    public long NextRun() => ++_lastRun;

    public InstanceHeader? FindInstance(string id) => _findHeader.Query(StoreRows.Header, id).SingleOrDefault();

    /// <summary>Inserts an instance, or overwrites the one of the same id.</summary>
    public void PutInstance(OrchestrationState state, long run)
    {
        _putInstance.Run(
            state.OrchestrationInstance.InstanceId, state.OrchestrationInstance.ExecutionId, state.Name, state.Version, (int)state.OrchestrationStatus,
            state.CreatedTime.Ticks, state.LastUpdatedTime.Ticks, CompletedTicks(state), state.ScheduledStartTime?.ToUniversalTime().Ticks, state.Generation,
            StoreSerializer.Serialize(state.ParentInstance), StoreSerializer.Serialize(state.Tags), state.Status,
            StoreSerializer.Serialize(state.FailureDetails), state.Output, state.Input, run);
        ReportEnd(state);
    }

    /// <summary>Updates what a work item can change. Returns false if the instance was replaced or deleted since.</summary>
    public bool UpdateInstance(OrchestrationState state, long run)
    {
        ReportEnd(state);
        return _updateInstance.Run(
            state.OrchestrationInstance.InstanceId, run, state.Version, (int)state.OrchestrationStatus, state.LastUpdatedTime.Ticks, CompletedTicks(state),
            state.Status, StoreSerializer.Serialize(state.FailureDetails), state.Output) == 1;
    }

    /// <summary>Deletes an instance with its history, its messages and its scheduled activities.</summary>
    public void DeleteInstance(InstanceHeader instance)
    {
        DeleteHistory(instance.Run);
        _deleteActivities.Run(instance.Run);
        _effects.RemovedRuns.Add(instance.Run);
        _deleteMessagesOfTarget.Run(instance.Id);
        _deleteInstance.Run(instance.Id);
        _effects.Removed[instance.Id] = _lastSequence;
        _effects.TimersChanged = true;
    }

    public void DeleteHistory(long run) => _deleteHistory.Run(run);

    public void AppendHistory(long run, int sequence, byte[] events) => _appendHistory.Run(run, sequence, events);

    public void Send(PreparedMessage message, long run)
    {
        var isDelayed = message.Due > Now;
        _addMessage.Run(++_lastSequence, message.Target, run, isDelayed ? message.Due!.Value.Ticks : 0L, message.Data);
        if (isDelayed)
        {
            _effects.TimersChanged = true;
        }
        else
        {
            _effects.Messages.Add(new StoredMessage(_lastSequence, message.Target, run, DelayedSignal.WithoutDelay(message.Message)));
        }
    }

    public void DeleteMessage(long sequence) => _deleteMessage.Run(sequence);

    /// <summary>Deletes the timers of a run that haven't fired.</summary>
    public void DeleteTimers(string target, long run)
        => _effects.TimersChanged |= _deleteTimers.Run(target, run, _effects.ReleasedUntil ?? _releasedUntil) > 0;

    /// <summary>Makes the delayed messages visible that are due.</summary>
    public void ReleaseDue()
    {
        var now = Now.Ticks;
        foreach (var message in _due.Query(StoreRows.Message, _effects.ReleasedUntil ?? _releasedUntil, now))
        {
            _effects.Messages.Add(message with { Message = DelayedSignal.WithoutDelay(message.Message) });
        }

        _effects.ReleasedUntil = now;
        _effects.TimersChanged = true;
    }

    /// <summary>When the next delayed message is due that isn't visible yet. Outside a transaction too.</summary>
    public DateTime? NextDue() => _nextDue.Number(_releasedUntil) is { } ticks ? new DateTime(ticks, DateTimeKind.Utc) : null;

    public void AddActivity(PreparedMessage message, long run)
    {
        _addActivity.Run(++_lastSequence, message.Target, run, message.Data);
        _effects.Activities.Add(new StoredActivity(_lastSequence, message.Target, run, message.Message));
    }

    /// <summary>Returns false if the instance that scheduled it was replaced or deleted since.</summary>
    public bool DeleteActivity(long sequence) => _deleteActivity.Run(sequence) == 1;

    /// <summary>Deletes an entity that has no state any more. Messages on their way to it stay.</summary>
    public void DeleteEntity(string id)
    {
        _deleteInstance.Run(id);
        Forget(id);
    }

    /// <summary>Keeps what an instance has done in memory, once the transaction is durable.</summary>
    public void Remember(InstanceSnapshot snapshot) => _effects.Snapshots.Add((snapshot.Id, snapshot));

    public void Forget(string id) => _effects.Snapshots.Add((id, null));

    public void Dispose()
    {
        // Readers may still be open, in which case closing wouldn't move the log into the database.
        StoreFile.Execute(_connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        _statements.ForEach(statement => statement.Dispose());
        _connection.Dispose();
    }

    private static long? CompletedTicks(OrchestrationState state) => state.OrchestrationStatus.IsTerminal() ? state.CompletedTime.Ticks : null;

    private void ReportEnd(OrchestrationState state)
    {
        if (state.OrchestrationStatus.IsTerminal())
        {
            _effects.Ended.Add(state.OrchestrationInstance.InstanceId);
        }
    }

    private Statement Prepare(string sql)
    {
        var statement = new Statement(_connection, sql);
        _statements.Add(statement);
        return statement;
    }
}
