using DurableTask.Core;
using Microsoft.Extensions.Logging;
using TenantSandbox.AksTwin;
using TenantSandbox.DurableTask.Sqlite;
using TenantSandbox.Hosting;

namespace TenantSandbox.Cli.Local;

/// <summary>What a <see cref="LocalSystem"/> consists of.</summary>
internal sealed record LocalSystemOptions
{
    /// <summary>The outgoing Event Grid topic of the local system.</summary>
    public const string TopicName = "lifecycle";

    /// <summary>The twin's Key Vault, whose secrets are the tenants' by their names: <c>{tenantId}--*</c>.</summary>
    public const string TenantVault = "tenants";

    /// <summary>Where everything that outlives the process is kept; created if missing.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>The app's build output, which is what is deployed. The default is the one beside this program's own.</summary>
    public string AppDirectory { get; init; } = DefaultAppDirectory();

    public StorageBackend Backend { get; init; } = StorageBackend.Sqlite;

    /// <summary>Where <c>./dev</c> installs Azurite; null runs without a storage account, and so without the queue door.</summary>
    public string? ToolsDirectory { get; init; }

    /// <summary>A storage account that is there already; then Azurite is not started.</summary>
    public string? StorageConnectionString { get; init; }

    /// <summary>Port of the doors on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>A twin that runs already, in this process or another; null starts one whose state lies in <see cref="StateDirectory"/>.</summary>
    public TwinConnection? Twin { get; init; }

    /// <summary>A kubeconfig file of a real cluster; null uses the twin's Kubernetes API.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>How long operations take in the twin that is started.</summary>
    public TimingProfile Timing { get; init; } = TimingProfile.Instant;

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Changes the options of the SQLite provider; the database's path is set already.</summary>
    public Func<SqliteOrchestrationServiceOptions, SqliteOrchestrationServiceOptions> ConfigureSqlite { get; init; } = static options => options;

    /// <summary>Upper limit of the backoff between the starts of a worker process that keeps exiting.</summary>
    public TimeSpan MaxWorkerRestartDelay { get; init; } = FunctionHostOptions.DefaultMaxWorkerRestartDelay;

    /// <summary>Where traces, metrics and logs are sent, by OTLP over gRPC; null for what the environment says.</summary>
    public Uri? OtlpEndpoint { get; init; }

    /// <summary>Adds middlewares to the worker of the task hub.</summary>
    public Action<TaskHubWorker>? ConfigureTaskHubWorker { get; init; }

    /// <summary>App settings that override the local system's own.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>Log providers and filters; none by default.</summary>
    public Action<ILoggingBuilder>? ConfigureLogging { get; init; }

    // artifacts/bin/<project>/<configuration>: the app has the same configuration as this program.
    private static string DefaultAppDirectory()
    {
        var own = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Path.Combine(own.Parent!.Parent!.FullName, "TenantSandbox.Functions", own.Name);
    }
}

/// <summary>How the app reaches a twin.</summary>
/// <param name="ArmEndpoint">The twin's ARM endpoint.</param>
/// <param name="CertificateAuthorityPem">The certificate authority to trust for it.</param>
/// <param name="Twin">The twin's options, which name its clusters.</param>
/// <param name="VaultEndpoint">Where its Key Vaults are; null if tenants get no secrets.</param>
internal sealed record TwinConnection(Uri ArmEndpoint, string CertificateAuthorityPem, TwinOptions Twin, Uri? VaultEndpoint = null);
