using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace TenantSandbox.Local.Engine;

/// <summary>Runs activities, at least once each: the row goes with the commit of the answer, so a crash before that runs it again.</summary>
internal sealed class ActivityRunner(CommitLoop commits, TaskCatalog catalog, EngineOptions options, IdleTracker idle, ILogger logger) : IDisposable
{
    private readonly Channel<ActivityRow> _queue = Channel.CreateUnbounded<ActivityRow>();
    private readonly CancellationTokenSource _stopping = new();
    private Task _workers = Task.CompletedTask;

    public void Start()
        => _workers = Task.WhenAll(Enumerable.Range(0, options.MaxConcurrentActivities).Select(_ => Task.Run(WorkAsync)));

    public void Add(ActivityRow activity)
    {
        idle.Enter();
        _queue.Writer.TryWrite(activity);
    }

    public async Task StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _queue.Writer.TryComplete();
        await _workers.ConfigureAwait(false);
    }

    public void Dispose() => _stopping.Dispose();

    private async Task WorkAsync()
    {
        await foreach (ActivityRow activity in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            if (_stopping.IsCancellationRequested)
            {
                idle.Leave();
                continue;
            }

            (HistoryEventKind Kind, string? Data)? answer = await RunAsync(activity).ConfigureAwait(false);
            // Not awaited here: the next activity needn't wait for this one's commit.
            _ = CommitAsync(activity, answer);
        }
    }

    private async Task<(HistoryEventKind Kind, string? Data)?> RunAsync(ActivityRow activity)
    {
        if (catalog.Activity(activity.Name) is not { } code)
        {
            Failure unknown = new("TaskNotFound", $"There is no activity named '{activity.Name}'.", null, null, NonRetriable: true);
            return (HistoryEventKind.TaskFailed, unknown.ToJson());
        }

        try
        {
            ActivityCall call = new(activity.Name, activity.InstanceId, activity.Input, options.DataConverter);
            object? result = await code(call, _stopping.Token).ConfigureAwait(false);
            return (HistoryEventKind.TaskCompleted, options.DataConverter.Serialize(result));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return null;
        }
#pragma warning disable CA1031 // what it throws is the activity's failure
        catch (Exception e)
#pragma warning restore CA1031
        {
            EngineLog.ActivityFailed(logger, e, activity.Name, activity.InstanceId);
            return (HistoryEventKind.TaskFailed, Failure.From(e, options.FailureTextLimit).ToJson());
        }
    }

    private async Task CommitAsync(ActivityRow activity, (HistoryEventKind Kind, string? Data)? answer)
    {
        try
        {
            if (answer is { } known)
            {
                await commits.SubmitAsync(writer => Commit(writer, activity, known.Kind, known.Data)).ConfigureAwait(false);
            }
        }
        catch (EngineDatabaseException e)
        {
            EngineLog.Stopped(logger, e);
        }
        finally
        {
            idle.Leave();
        }
    }

    private static bool Commit(StoreWriter writer, ActivityRow activity, HistoryEventKind kind, string? data)
    {
        if (!writer.TakeActivity(activity))
        {
            return false;
        }

        writer.Send(new()
        {
            Target = activity.InstanceId,
            Execution = activity.Execution,
            Kind = kind,
            TaskId = activity.TaskId,
            Name = activity.Name,
            Data = data,
        });
        bool failed = kind == HistoryEventKind.TaskFailed;
        writer.Report(
            failed ? EngineProgressKind.ActivityFailed : EngineProgressKind.ActivityCompleted, activity.InstanceId, activity.Name,
            failed ? Failure.Parse(data).Message : null);
        return true;
    }
}
