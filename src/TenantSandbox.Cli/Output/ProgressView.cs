using System.Collections.Concurrent;
using Spectre.Console;
using TenantSandbox.Cli.Local;
using TenantSandbox.Hosting.Durable;

namespace TenantSandbox.Cli.Output;

/// <summary>Shows the steps of orchestrations as they end: a live tree in a terminal, plain lines anywhere else.</summary>
internal abstract class ProgressView : IAsyncDisposable
{
    private readonly LocalSystem _system;
    private readonly BlockingCollection<DurableProgress> _reports = [];
    private Task _showing = Task.CompletedTask;
    private int _isDisposed;

    protected ProgressView(LocalSystem system) => _system = system;

    public static ProgressView Create(LocalSystem system) =>
        AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected ? new ProgressTree(system) : new ProgressLines(system);

    /// <summary>Starts to show; earlier steps are not shown again.</summary>
    public void Start()
    {
        _system.Host.Progress += OnProgress;
        _showing = Task.Factory.StartNew(
            () => Show(_reports.GetConsumingEnumerable()), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Shows what was reported so far, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }

        _system.Host.Progress -= OnProgress;
        _reports.CompleteAdding();
        await _showing;
        _reports.Dispose();
    }

    protected abstract void Show(IEnumerable<DurableProgress> reports);

    private void OnProgress(DurableProgress report)
    {
        // A submission is one entity call, over before anyone could read about it.
        if (!report.Name.StartsWith("Submit", StringComparison.Ordinal) && Volatile.Read(ref _isDisposed) == 0)
        {
            _reports.Add(report);
        }
    }
}
