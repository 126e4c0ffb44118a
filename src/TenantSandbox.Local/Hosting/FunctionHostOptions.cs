using System.Reflection;
using TenantSandbox.Local.Engine;

namespace TenantSandbox.Local.Hosting;

/// <summary>What a <see cref="FunctionHost"/> runs, and where.</summary>
public sealed class FunctionHostOptions
{
    /// <summary>Where the app's functions are.</summary>
    public required IReadOnlyList<Assembly> Assemblies { get; init; }

    /// <summary>Where the host keeps its keys, timer states and published events; made if need be.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>The app's host.json.</summary>
    public required string HostJsonPath { get; init; }

    /// <summary>A local.settings.json, whose Values become settings; null for none. The environment wins over it.</summary>
    public string? LocalSettingsPath { get; init; }

    /// <summary>Settings that win over the files and the environment; <c>:</c> separates levels.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>The app's services, as its Program.cs would add them.</summary>
    public Action<IServiceCollection, IConfiguration>? ConfigureServices { get; init; }

    /// <summary>Changes the engine's settings, which come from host.json and a database in the state directory.</summary>
    public Func<EngineOptions, EngineOptions> ConfigureEngine { get; init; } = options => options;

    /// <summary>Log providers and filters; none by default.</summary>
    public Action<ILoggingBuilder>? ConfigureLogging { get; init; }

    /// <summary>Where to listen. A loopback address; port 0 takes a free port.</summary>
    public Uri Address { get; init; } = new("http://127.0.0.1:7071");

    /// <summary>The clock of timers, leases, polling and time limits.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The host's keys; null for those in the state directory.</summary>
    public FunctionKeys? Keys { get; init; }

    /// <summary>The greatest request body in bytes; a greater one is answered 413. Event Grid's largest batch fits the default.</summary>
    public long MaxRequestBodyBytes { get; init; } = 2 * 1024 * 1024;
}
