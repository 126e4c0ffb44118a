using Microsoft.Extensions.Logging;

namespace TenantSandbox.Local.Engine;

/// <summary>
/// The dispatcher of a running engine. Each commit's effects come back here: whoever got a message is woken, activities are run,
/// and the timer is set anew. Nothing happens before it is durable.
/// </summary>
internal sealed class EngineParts : IAsyncDisposable
{
    private readonly StoreFile _file;
    private readonly WorkQueue _orchestrations;
    private readonly WorkQueue _entities;
    private readonly ActivityRunner _activities;
    private readonly DueTimer _timer;
    private readonly ILogger _logger;
    private readonly string _path;

    public EngineParts(
        EngineOptions options, TaskCatalog catalog, IServiceProvider services, TimeProvider time, ILoggerFactory loggers, IdleTracker idle,
        Action<CommitEffects> committed, Action<Exception> failed)
    {
        _path = options.DatabasePath;
        _logger = loggers.CreateLogger<DurableEngine>();
        _file = new StoreFile(options.DatabasePath, options.Durability);
        StoreWriter writer = new(_file.OpenForWriting(), time);
        Reader = new(_file);
        Commits = new(writer, options, idle, effects =>
        {
            Dispatch(effects);
            committed(effects);
        }, failed);
        OrchestrationLoop orchestrations = new(Reader, Commits, catalog, options, time, loggers);
        EntityLoop entities = new(Reader, Commits, catalog, options, services, _logger);
        _orchestrations = new(options.MaxConcurrentOrchestrations, orchestrations.RunStepAsync, idle, time, _logger);
        _entities = new(options.MaxConcurrentEntities, entities.RunBatchAsync, idle, time, _logger);
        (orchestrations.WakeAgain, entities.WakeAgain) = (_orchestrations.Wake, _entities.Wake);
        _activities = new(Commits, catalog, options, idle, _logger);
        _timer = new(time, Reader, Commits, idle);
    }

    public StoreReader Reader { get; }

    public CommitLoop Commits { get; }

    /// <summary>Goes on with what a former process left: messages not taken in, activities not answered, timers.</summary>
    public void Recover()
    {
        List<ActivityRow> activities = Reader.Activities();
        List<string> targets = Reader.TargetsToWake();
        EngineLog.Started(_logger, _path, targets.Count, activities.Count);
        activities.ForEach(_activities.Add);
        _activities.Start();
        targets.ForEach(Wake);
        _timer.Arm();
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await Task.WhenAll(_orchestrations.StopAsync(), _entities.StopAsync(), _activities.StopAsync()).ConfigureAwait(false);
        Commits.Dispose();
        _activities.Dispose();
        Reader.Dispose();
        _file.Dispose();
    }

    private void Dispatch(CommitEffects effects)
    {
        foreach (string target in effects.Wakes)
        {
            Wake(target);
        }

        effects.Activities.ForEach(_activities.Add);
        if (effects.TimersChanged)
        {
            _timer.Arm();
        }
    }

    private void Wake(string target) => (InstanceIds.IsEntity(target) ? _entities : _orchestrations).Wake(target);
}
