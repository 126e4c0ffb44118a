using System.Diagnostics;
using TenantSandbox.Hosting.Durable;

namespace TenantSandbox.EndToEnd.Tests.Crash;

/// <summary>One system for tests that kill its worker process. Each test leaves it without tenants and pools.</summary>
public sealed class CrashableSystem : IAsyncLifetime
{
    private TestSystem? _system;

    internal TestSystem System => _system!;

    /// <summary>Called when the worker has been given a batch of entity operations; null does nothing.</summary>
    internal Action? EntityWorkStarted { get; set; }

    /// <summary>Called when the worker has been given an orchestrator; null does nothing.</summary>
    internal Action? OrchestrationWorkStarted { get; set; }

    public async Task InitializeAsync() => _system = await TestSystem.StartAsync(options => options with
    {
        // The tests kill more often than the backoff is meant for.
        MaxWorkerRestartDelay = TimeSpan.FromSeconds(1),
        // Long enough for a restart of the worker, and short where a test holds a namespace back.
        Settings = new Dictionary<string, string?> { ["TenantSandbox:Timing:NamespaceDeleteSeconds"] = "30" },
        ConfigureTaskHubWorker = worker =>
        {
            worker.AddEntityDispatcherMiddleware((_, next) => CallAsync(next, EntityWorkStarted));
            worker.AddOrchestrationDispatcherMiddleware((_, next) => CallAsync(next, OrchestrationWorkStarted));
        },
    });

    public Task DisposeAsync() => _system!.DisposeAsync().AsTask();

    internal void KillWorker()
    {
        if (System.Local.Host.WorkerProcessId is { } id)
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
    }

    /// <summary>Kills the worker once, when an activity starts.</summary>
    internal ActivityKiller KillIn(string activity) => new(this, activity);

    private static async Task CallAsync(Func<Task> next, Action? started)
    {
        var running = next();
        started?.Invoke();
        await running;
    }

    internal sealed class ActivityKiller : IDisposable
    {
        private readonly CrashableSystem _crashable;
        private readonly string _activity;
        private int _kills;

        public ActivityKiller(CrashableSystem crashable, string activity)
        {
            _crashable = crashable;
            _activity = activity;
            crashable.System.Local.Host.Progress += OnProgress;
        }

        public bool HasKilled => _kills > 0;

        public void Dispose() => _crashable.System.Local.Host.Progress -= OnProgress;

        private void OnProgress(DurableProgress report)
        {
            if (report.Kind == DurableProgressKind.ActivityStarted && report.Name == _activity && Interlocked.CompareExchange(ref _kills, 1, 0) == 0)
            {
                _crashable.KillWorker();
            }
        }
    }
}
