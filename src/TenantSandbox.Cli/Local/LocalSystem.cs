using Azure.Storage.Queues;
using DurableTask.Core;
using DurableTask.Core.Entities;
using Microsoft.Extensions.Logging;
using TenantSandbox.AksTwin;
using TenantSandbox.DurableTask.Sqlite;
using TenantSandbox.Hosting;
using TenantSandbox.Hosting.Queues;

namespace TenantSandbox.Cli.Local;

/// <summary>
/// The whole system on one machine: the app as its own worker process behind a function host, a storage provider for durable
/// state, a twin of AKS, and Azurite for the queues. The app gets an ARM endpoint, a topic and a connection string, as in Azure.
/// </summary>
internal sealed class LocalSystem : IAsyncDisposable
{
    /// <summary>The queue of tenant requests.</summary>
    public const string RequestQueue = "tenant-requests";

    private readonly ILoggerFactory _loggerFactory;
    private readonly TwinHost? _ownTwin;
    private readonly AzuriteProcess? _azurite;
    private readonly IDisposable? _telemetry;

    private LocalSystem(
        FunctionHost host, IOrchestrationService orchestrationService, ILoggerFactory loggerFactory, TwinHost? ownTwin, AzuriteProcess? azurite, IDisposable? telemetry)
    {
        Host = host;
        OrchestrationService = orchestrationService;
        _loggerFactory = loggerFactory;
        _ownTwin = ownTwin;
        _azurite = azurite;
        _telemetry = telemetry;
    }

    public FunctionHost Host { get; }

    /// <summary>The storage provider.</summary>
    public IOrchestrationService OrchestrationService { get; }

    /// <summary>The twin that was started with the system; null if it runs elsewhere.</summary>
    public TwinHost? Twin => _ownTwin;

    /// <summary>Why there is no storage account, and so no queue door, for people; null when there is one.</summary>
    public string? NoStorageReason { get; private init; }

    /// <summary>Connection string of the storage account; null without one.</summary>
    public string? StorageConnectionString { get; private init; }

    /// <summary>Entity queries of the storage provider.</summary>
    public EntityBackendQueries EntityQueries => ((IEntityOrchestrationService)OrchestrationService).EntityBackendQueries!;

    /// <summary>Starts everything. The doors are open when this returns, and unfinished operations continue.</summary>
    public static async Task<LocalSystem> StartAsync(LocalSystemOptions options, CancellationToken cancellationToken = default)
    {
        Directory.CreateDirectory(options.StateDirectory);
        var loggerFactory = LoggerFactory.Create(builder => options.ConfigureLogging?.Invoke(builder));
        // Azurite takes about a second to start, so it starts in parallel with the twin.
        var azuriteStart = StartAzuriteAsync(options, cancellationToken);
        TwinHost? twin = null;
        IOrchestrationService? orchestrationService = null;
        var telemetry = HostTelemetry.Start(options.OtlpEndpoint);
        try
        {
            twin = options.Twin is null ? await StartTwinAsync(options, cancellationToken) : null;
            var connection = options.Twin ?? new TwinConnection(twin!.ArmEndpoint, twin.CertificateAuthorityPem, twin.Options, twin.VaultEndpoint);
            var (azurite, reason) = await azuriteStart;
            var storage = options.StorageConnectionString ?? azurite?.ConnectionString;
            await CreateQueuesAsync(storage, cancellationToken);
            orchestrationService = StorageBackends.Create(options, storage, reason, loggerFactory);
            var host = await StartHostAsync(options, connection, storage, orchestrationService, cancellationToken);
            return new LocalSystem(host, orchestrationService, loggerFactory, twin, azurite, telemetry)
            {
                StorageConnectionString = storage,
                NoStorageReason = storage is null ? reason : null,
            };
        }
        catch
        {
            await DisposeAsync(orchestrationService);
            await DisposeAsync((await azuriteStart).Service);
            await DisposeAsync(twin);
            telemetry?.Dispose();
            loggerFactory.Dispose();
            throw;
        }
    }

    /// <summary>Closes the doors, lets running steps end, then stops the rest. Unfinished operations continue at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await DisposeAsync(OrchestrationService);
        await DisposeAsync(_azurite);
        await DisposeAsync(_ownTwin);
        _telemetry?.Dispose();
        _loggerFactory.Dispose();
    }

    private static async ValueTask DisposeAsync(object? part)
    {
        switch (part)
        {
            case IAsyncDisposable asynchronous:
                await asynchronous.DisposeAsync();
                break;
            case IDisposable synchronous:
                synchronous.Dispose();
                break;
        }
    }

    private static Task<(AzuriteProcess? Service, string? Reason)> StartAzuriteAsync(LocalSystemOptions options, CancellationToken cancellationToken) =>
        options switch
        {
            { StorageConnectionString: not null } => Task.FromResult<(AzuriteProcess?, string?)>((null, null)),
            { ToolsDirectory: null } => Task.FromResult<(AzuriteProcess?, string?)>((null, "no storage account was asked for")),
            _ => AzuriteProcess.TryStartAsync(options.ToolsDirectory, Path.Combine(options.StateDirectory, "azurite"), options.Backend == StorageBackend.AzureStorage, identity: null, cancellationToken),
        };

    // In Azure the deployment creates the queues; a queue trigger doesn't.
    private static async Task CreateQueuesAsync(string? storageConnectionString, CancellationToken cancellationToken)
    {
        if (storageConnectionString is not null)
        {
            foreach (var name in (string[])[RequestQueue, $"{RequestQueue}-poison"])
            {
                await new QueueClient(storageConnectionString, name).CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            }
        }
    }

    private static Task<TwinHost> StartTwinAsync(LocalSystemOptions options, CancellationToken cancellationToken) =>
        TwinHost.StartAsync(
            new TwinOptions
            {
                StateDirectory = Path.Combine(options.StateDirectory, "twin"),
                Timing = options.Timing,
                TimeProvider = options.TimeProvider,
            },
            cancellationToken: cancellationToken);

    private static Task<FunctionHost> StartHostAsync(
        LocalSystemOptions options, TwinConnection twin, string? storage, IOrchestrationService orchestrationService, CancellationToken cancellationToken)
    {
        var port = options.Port == 0 ? FreePort.OnLoopback() : options.Port;
        var address = new Uri($"http://127.0.0.1:{port}");
        var keys = FunctionKeys.LoadOrCreate(options.StateDirectory);
        var settings = new Dictionary<string, string?>(LocalAppSettings.Create(options, twin, address, keys, storage));
        foreach (var (name, value) in options.OtlpEndpoint is { } endpoint ? HostTelemetry.WorkerSettings(endpoint) : [])
        {
            settings[name] = value;
        }

        foreach (var (name, value) in options.Settings)
        {
            settings[name] = value;
        }

        return FunctionHost.StartAsync(
            new FunctionHostOptions
            {
                AppDirectory = options.AppDirectory,
                StateDirectory = options.StateDirectory,
                OrchestrationService = orchestrationService,
                ConfigureTaskHubWorker = worker =>
                {
                    if (options.TimeProvider != TimeProvider.System)
                    {
                        worker.UseClock(options.TimeProvider);
                    }

                    options.ConfigureTaskHubWorker?.Invoke(worker);
                },
                Settings = settings,
                Address = address,
                Keys = keys,
                TimeProvider = options.TimeProvider,
                MaxWorkerRestartDelay = options.MaxWorkerRestartDelay,
                ConfigureLogging = options.ConfigureLogging,
            },
            cancellationToken);
    }
}
