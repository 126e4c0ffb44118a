using DurableTask.Core;

namespace TenantSandbox.Hosting;

/// <summary>What a <see cref="FunctionHost"/> runs, and where.</summary>
public sealed class FunctionHostOptions
{
    /// <summary>The app's build output: host.json, worker.config.json and the app's assemblies.</summary>
    public required string AppDirectory { get; init; }

    /// <summary>Where the host keeps its keys, the timers' schedules and the published events; created if it doesn't exist.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>
    /// The storage of the durable functions. It must also be an <see cref="IOrchestrationServiceClient"/>. The caller creates and
    /// disposes it; the host starts and stops it.
    /// </summary>
    public required IOrchestrationService OrchestrationService { get; init; }

    /// <summary>Changes the worker of the durable functions, for example adds a middleware; called before the host adds its own.</summary>
    public Action<TaskHubWorker>? ConfigureTaskHubWorker { get; init; }

    /// <summary>A local.settings.json, whose Values become app settings; null for none. The environment wins over it.</summary>
    public string? LocalSettingsPath { get; init; }

    /// <summary>App settings that win over the files and the environment; <c>:</c> or <c>__</c> separates levels.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>Where to listen: a loopback address; port 0 takes a free port.</summary>
    public Uri Address { get; init; } = new("http://127.0.0.1:7071");

    /// <summary>The clock of timers, leases, polling and time limits.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The host's keys; null for those in the state directory, which are created if need be.</summary>
    public FunctionKeys? Keys { get; init; }

    public static TimeSpan DefaultMaxWorkerRestartDelay => TimeSpan.FromSeconds(30);

    /// <summary>Upper limit of the exponential backoff between the starts of a worker that keeps exiting.</summary>
    public TimeSpan MaxWorkerRestartDelay { get; init; } = DefaultMaxWorkerRestartDelay;

    /// <summary>Log providers and filters; none by default.</summary>
    public Action<ILoggingBuilder>? ConfigureLogging { get; init; }

    /// <summary>The largest request body in bytes; a larger one is answered 413. Event Grid's largest batch fits the default.</summary>
    public long MaxRequestBodyBytes { get; init; } = 2 * 1024 * 1024;
}
