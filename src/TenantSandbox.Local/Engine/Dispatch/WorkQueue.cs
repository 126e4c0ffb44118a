using Microsoft.Extensions.Logging;

namespace TenantSandbox.Local.Engine;

/// <summary>
/// Instances (or entities) that have something to take in. One is never worked on twice at the same time; what comes in meanwhile
/// makes it run once more afterwards. The work's outer task is the execution, which the concurrency limit counts; the inner is the commit.
/// </summary>
internal sealed class WorkQueue(int concurrency, Func<string, Task<Task>> work, IdleTracker idle, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, bool> _wokenAgain = new(StringComparer.Ordinal);
    private readonly Queue<string> _ready = new();
    private readonly HashSet<Task> _underWay = [];
    private int _running;
    private bool _stopped;

    public void Wake(string id)
    {
        lock (_lock)
        {
            if (_stopped)
            {
                return;
            }

            if (_wokenAgain.ContainsKey(id))
            {
                _wokenAgain[id] = true;
                return;
            }

            _wokenAgain.Add(id, false);
            idle.Enter();
            _ready.Enqueue(id);
            StartNext();
        }
    }

    public Task StopAsync()
    {
        lock (_lock)
        {
            _stopped = true;
            return Task.WhenAll(_underWay);
        }
    }

    private void StartNext()
    {
        while (!_stopped && _running < concurrency && _ready.TryDequeue(out string? id))
        {
            _running++;
            Task run = Task.Run(() => RunAsync(id));
            _underWay.Add(run);
            run.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private void Forget(Task run)
    {
        lock (_lock)
        {
            _underWay.Remove(run);
        }
    }

    private async Task RunAsync(string id)
    {
        bool holdsSlot = true;
        try
        {
            Task commit = await work(id).ConfigureAwait(false);
            holdsSlot = false;
            ReleaseSlot();
            await commit.ConfigureAwait(false);
        }
        catch (EngineDatabaseException e)
        {
            EngineLog.Stopped(logger, e);
        }
#pragma warning disable CA1031 // one instance's trouble mustn't stop the others
        catch (Exception e)
#pragma warning restore CA1031
        {
            EngineLog.WorkFailed(logger, e, id);
            _ = WakeLaterAsync(id);
        }

        if (holdsSlot)
        {
            ReleaseSlot();
        }

        Finish(id);
    }

    private async Task WakeLaterAsync(string id)
    {
        await Task.Delay(RetryAfter, time).ConfigureAwait(false);
        Wake(id);
    }

    private void ReleaseSlot()
    {
        lock (_lock)
        {
            _running--;
            StartNext();
        }
    }

    private void Finish(string id)
    {
        lock (_lock)
        {
            if (_wokenAgain[id] && !_stopped)
            {
                _wokenAgain[id] = false;
                _ready.Enqueue(id);
                StartNext();
                return;
            }

            _wokenAgain.Remove(id);
            idle.Leave();
        }
    }
}
