using System.Collections.Concurrent;
using Spectre.Console;
using TenantSandbox.Local.Engine;

namespace TenantSandbox.Local.Show;

/// <summary>Shows what the engine does as it does it: a live tree in a terminal, plain lines anywhere else.</summary>
internal abstract class ProgressView : IAsyncDisposable
{
    private readonly LocalSystem _system;
    private readonly BlockingCollection<EngineProgress> _news = [];
    private Task _showing = Task.CompletedTask;
    private int _ended;

    protected ProgressView(LocalSystem system) => _system = system;

    public static ProgressView Create(LocalSystem system) =>
        AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected ? new ProgressTree(system) : new ProgressLines(system);

    /// <summary>Starts to show; what was durable before is not shown again.</summary>
    public void Start()
    {
        _system.Engine.Progress += OnProgress;
        _showing = Task.Factory.StartNew(
            () => Show(_news.GetConsumingEnumerable()), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Shows what is still to show, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 1)
        {
            return;
        }

        _system.Engine.Progress -= OnProgress;
        _news.CompleteAdding();
        await _showing;
        _news.Dispose();
    }

    protected abstract void Show(IEnumerable<EngineProgress> news);

    private void OnProgress(EngineProgress news)
    {
        // Submissions are one entity call each, over before anyone could read about them.
        if (!news.Name.StartsWith("Submit", StringComparison.Ordinal) && Volatile.Read(ref _ended) == 0)
        {
            _news.Add(news);
        }
    }
}
