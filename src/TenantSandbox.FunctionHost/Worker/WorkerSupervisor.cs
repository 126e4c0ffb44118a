namespace TenantSandbox.Hosting.Worker;

/// <summary>
/// Keeps a worker process running: starts it, loads the functions, and restarts it with exponential backoff when it exits. Its
/// times are real ones, because the process lives in real time whatever clock the functions see.
/// </summary>
internal sealed class WorkerSupervisor(
    WorkerConfig config,
    IReadOnlyDictionary<string, string?> environment,
    Uri rpcAddress,
    TimeSpan maxRestartDelay,
    FunctionRpcService rpc,
    ILoggerFactory loggers) : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan ExitTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>A worker that ran this long is restarted without the delay of earlier crashes.</summary>
    private static readonly TimeSpan StableAfter = TimeSpan.FromMinutes(1);

    private readonly ILogger _log = loggers.CreateLogger("Host.Worker");
    private readonly ILogger _console = loggers.CreateLogger("Host.Function.Console");
    private readonly WorkerLogs _workerLogs = new(loggers);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private IReadOnlyList<FunctionDefinition> _functions = [];
    private TaskCompletionSource<WorkerChannel> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WorkerRun? _run;
    private Task _supervision = Task.CompletedTask;

    /// <summary>The process's id; null while it is being restarted.</summary>
    public int? ProcessId
    {
        get
        {
            lock (_lock)
            {
                return _ready.Task.IsCompletedSuccessfully ? _run?.Process.Id : null;
            }
        }
    }

    /// <summary>Starts the worker for the first time.</summary>
    /// <returns>The app's functions.</returns>
    /// <exception cref="InvalidOperationException">The worker didn't start or couldn't load a function; the message has its last output.</exception>
    public async Task<IReadOnlyList<FunctionDefinition>> StartAsync(CancellationToken cancellationToken)
    {
        var run = await StartRunAsync(cancellationToken);
        _supervision = SuperviseAsync(run);
        return _functions;
    }

    /// <summary>The running worker; waits while it is being restarted.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, or the host stops.</exception>
    public async ValueTask<WorkerChannel> GetChannelAsync(CancellationToken cancellationToken)
    {
        Task<WorkerChannel> ready;
        lock (_lock)
        {
            ready = _ready.Task;
        }

        return await ready.WaitAsync(cancellationToken);
    }

    /// <summary>Kills the worker and starts another; its other invocations fail. Does nothing if it has already been replaced.</summary>
    public void Recycle(WorkerChannel channel, string reason)
    {
        lock (_lock)
        {
            if (_run?.Channel != channel)
            {
                return;
            }

            _log.WorkerRecycled(_run.Process.Id, reason);
            _run.Process.Kill();
        }
    }

    /// <summary>Asks the worker to end and kills it when <paramref name="cancellationToken"/> fires.</summary>
    public async Task StopAsync(TimeSpan gracePeriod, CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        WorkerRun? run;
        lock (_lock)
        {
            run = _run;
            _ready.TrySetCanceled(_stopping.Token);
        }

        run?.Channel.Terminate(gracePeriod);
        try
        {
            await _supervision.WaitAsync(gracePeriod, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            run?.Process.Kill();
            await _supervision;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.FromSeconds(5), CancellationToken.None);
        _stopping.Dispose();
    }

    private async Task SuperviseAsync(WorkerRun run)
    {
        var failures = 0;
        while (true)
        {
            var exit = await EndOf(run);
            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            failures = run.IsOlderThan(StableAfter) ? 0 : failures;
            WorkerRun? next = null;
            while (next is null)
            {
                var delay = TimeSpan.FromTicks(Math.Min(FirstDelay.Ticks << Math.Min(failures++, 16), maxRestartDelay.Ticks));
                _log.WorkerExited(exit, delay);
                try
                {
                    await Task.Delay(delay, _stopping.Token);
                    next = await StartRunAsync(_stopping.Token);
                }
                catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
                {
                    return;
                }
                catch (InvalidOperationException exception)
                {
                    exit = exception;
                }
            }

            run = next;
        }
    }

    /// <summary>Waits for the end of a run. From the end of its stream on, invocations wait for the next run.</summary>
    private async Task<Exception> EndOf(WorkerRun run)
    {
        await run.Channel.Ended;
        lock (_lock)
        {
            _run = null;
            if (_ready.Task.IsCompleted && !_stopping.IsCancellationRequested)
            {
                _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        try
        {
            return await run.Exit.WaitAsync(ExitTimeout);
        }
        catch (TimeoutException)
        {
            run.Process.Kill();
            return await run.Exit;
        }
        finally
        {
            await run.Process.DisposeAsync();
        }
    }

    private async Task<WorkerRun> StartRunAsync(CancellationToken cancellationToken)
    {
        var channel = new WorkerChannel(Guid.NewGuid().ToString(), _workerLogs);
        rpc.Expect(channel);
        var run = new WorkerRun(WorkerProcess.Start(config, environment, rpcAddress, channel.WorkerId, _console), channel);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(StartTimeout);
        try
        {
            var functions = await WorkerStartup.InitializeAsync(channel, config.AppDirectory, timeout.Token);
            lock (_lock)
            {
                cancellationToken.ThrowIfCancellationRequested();
                (_functions, _run) = (functions, run);
                _ready.TrySetResult(channel);
            }

            _log.WorkerReady(run.Process.Id, functions.Count);
            return run;
        }
        catch (Exception exception)
        {
            run.Process.Kill();
            var exit = await run.Exit;
            await run.Process.DisposeAsync();
            cancellationToken.ThrowIfCancellationRequested();
            var reason = exception is OperationCanceledException ? $"It wasn't ready after {StartTimeout}." : exception.Message;
            throw new InvalidOperationException(
                $"The worker of {config.AppDirectory} didn't start. {reason}", exception is WorkerProcessExitException ? exit : exception);
        }
    }
}
