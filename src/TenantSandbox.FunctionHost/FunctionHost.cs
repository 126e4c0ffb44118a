using DurableTask.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using TenantSandbox.Hosting.Configuration;
using TenantSandbox.Hosting.Durable;
using TenantSandbox.Hosting.Topics;
using TenantSandbox.Hosting.Worker;

namespace TenantSandbox.Hosting;

/// <summary>
/// Runs a Functions app's build output as its own process and serves its functions as the Functions host does: HTTP, Event Grid's
/// webhook, timers, queues and durable functions, and the topics that the app publishes to. For one machine: it listens on
/// loopback without TLS.
/// </summary>
public sealed class FunctionHost : IAsyncDisposable
{
    /// <summary>The source of the host's spans: one for each function that a trigger other than a durable one starts.</summary>
    public const string SpanSource = "TenantSandbox.FunctionHost";

    private static readonly TimeSpan WorkerGracePeriod = TimeSpan.FromSeconds(10);

    private readonly HostParts _parts;
    private int _stopped;

    private FunctionHost(HostParts parts, IReadOnlyList<FunctionDefinition> functions)
    {
        _parts = parts;
        FunctionNames = [.. functions.Select(function => function.Name)];
        parts.Dispatcher.Progress += progress => Progress?.Invoke(progress);
    }

    /// <summary>Every step of the durable functions, called on the thread that executed it; a handler must be quick and must not throw.</summary>
    public event Action<DurableProgress>? Progress;

    /// <summary>Where the host listens, with the real port.</summary>
    public Uri BaseAddress => new(_parts.App.Urls.First());

    /// <summary>The keys that callers need.</summary>
    public FunctionKeys Keys => _parts.Keys;

    /// <summary>What the app has published.</summary>
    public TopicStore Topics => _parts.App.Services.GetRequiredService<TopicStore>();

    /// <summary>The names of the app's functions.</summary>
    public IReadOnlyList<string> FunctionNames { get; }

    /// <summary>The worker process; null while it is being restarted.</summary>
    public int? WorkerProcessId => _parts.Worker.ProcessId;

    /// <summary>The client of the durable functions' storage.</summary>
    public IOrchestrationServiceClient TaskHubClient => (IOrchestrationServiceClient)_parts.Options.OrchestrationService;

    /// <summary>Starts the app's worker and everything that triggers its functions. The host answers requests when this returns.</summary>
    /// <exception cref="InvalidOperationException">
    /// The app, a function's trigger, a setting or host.json can't be used; the message says which and why.
    /// </exception>
    /// <exception cref="IOException">The port is in use, or another host uses the state directory.</exception>
    public static async Task<FunctionHost> StartAsync(FunctionHostOptions options, CancellationToken cancellationToken = default)
    {
        var parts = await HostParts.CreateAsync(options, cancellationToken);
        try
        {
            var functions = await parts.StartAsync(cancellationToken);
            return new FunctionHost(parts, functions);
        }
        catch
        {
            await parts.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Takes no new work, waits for what runs until <paramref name="cancellationToken"/> fires, and ends the worker. Work items that
    /// still run are tried again after the next start.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
        {
            await _parts.StopAsync(WorkerGracePeriod, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _parts.DisposeAsync();
    }
}
