using TenantSandbox.AksTwin;
using TenantSandbox.Functions;
using TenantSandbox.Local.Engine;
using TenantSandbox.Local.Hosting;

namespace TenantSandbox.Local;

/// <summary>
/// The whole system on one machine: the app's functions on the embedded engine, the doors on loopback, a twin of AKS and the queue
/// server. The app doesn't know: it gets an ARM endpoint, a topic and a connection string, like anywhere else.
/// </summary>
public sealed class LocalSystem : IAsyncDisposable
{
    private readonly TwinHost? _ownTwin;
    private readonly AzuriteProcess? _azurite;

    private LocalSystem(FunctionHost host, TwinHost? ownTwin, AzuriteProcess? azurite, string? queueDoorShut)
    {
        Host = host;
        _ownTwin = ownTwin;
        _azurite = azurite;
        QueueDoorShut = queueDoorShut;
    }

    public FunctionHost Host { get; }

    public DurableEngine Engine => Host.Engine;

    /// <summary>The twin that was started with the system; null if it runs elsewhere.</summary>
    public TwinHost? Twin => _ownTwin;

    /// <summary>Why the queue door is shut, for people; null when it is open.</summary>
    public string? QueueDoorShut { get; }

    /// <summary>Connection string of the queue server; null when the queue door is shut.</summary>
    public string? QueueConnectionString { get; private init; }

    /// <summary>Starts everything; the doors are open when this returns, and what was under way goes on.</summary>
    public static async Task<LocalSystem> StartAsync(LocalSystemOptions options, CancellationToken cancellation = default)
    {
        Directory.CreateDirectory(options.StateDirectory);
        // Azurite takes about a second to start, so it does so beside the rest.
        var azurite = StartQueueServerAsync(options, cancellation);
        TwinHost? twin = null;
        FunctionHost? host = null;
        try
        {
            twin = options.Twin is null ? await StartTwinAsync(options, cancellation) : null;
            var connection = options.Twin ?? new TwinConnection(twin!.ArmEndpoint, twin.CertificateAuthorityPem, twin.Options);
            var (queueServer, shut) = await azurite;
            var queue = options.QueueConnectionString ?? queueServer?.ConnectionString;
            host = CreateHost(options, connection, queue);
            await host.StartAsync(cancellation);
            return new LocalSystem(host, twin, queueServer, queue is null ? shut : null) { QueueConnectionString = queue };
        }
        catch
        {
            if (host is not null) await host.DisposeAsync();
            if (twin is not null) await twin.DisposeAsync();
            if ((await azurite).Service is { } service) await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Shuts the doors, lets running steps end, then stops the rest. What is under way goes on at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await Host.StopAsync();
        await Host.DisposeAsync();
        if (_azurite is not null) await _azurite.DisposeAsync();
        if (_ownTwin is not null) await _ownTwin.DisposeAsync();
    }

    private static Task<(AzuriteProcess? Service, string? Reason)> StartQueueServerAsync(LocalSystemOptions options, CancellationToken cancellation) =>
        options switch
        {
            { QueueConnectionString: not null } => Task.FromResult<(AzuriteProcess?, string?)>((null, null)),
            { ToolsDirectory: null } => Task.FromResult<(AzuriteProcess?, string?)>((null, "no queue server was asked for")),
            _ => AzuriteProcess.TryStartAsync(options.ToolsDirectory, Path.Combine(options.StateDirectory, "azurite"), cancellation),
        };

    private static Task<TwinHost> StartTwinAsync(LocalSystemOptions options, CancellationToken cancellation) =>
        TwinHost.StartAsync(
            new TwinOptions
            {
                StateDirectory = Path.Combine(options.StateDirectory, "twin"),
                Timing = options.Timing,
                TimeProvider = options.TimeProvider,
            },
            cancellationToken: cancellation);

    private static FunctionHost CreateHost(LocalSystemOptions options, TwinConnection twin, string? queue)
    {
        var port = options.Port == 0 ? FreePort.OnLoopback() : options.Port;
        var address = new Uri($"http://127.0.0.1:{port}");
        var keys = FunctionKeys.LoadOrCreate(options.StateDirectory);
        var settings = new Dictionary<string, string?>(LocalSettingsOfApp.For(options, twin, address, keys, queue));
        foreach (var (name, value) in options.Settings)
        {
            settings[name] = value;
        }

        return FunctionHost.Create(new FunctionHostOptions
        {
            Assemblies = [typeof(Functions.ServiceCollectionExtensions).Assembly],
            StateDirectory = options.StateDirectory,
            HostJsonPath = Path.Combine(AppContext.BaseDirectory, "host.json"),
            Settings = settings,
            Address = address,
            Keys = keys,
            TimeProvider = options.TimeProvider,
            ConfigureLogging = options.ConfigureLogging,
            ConfigureEngine = options.ConfigureEngine,
            ConfigureServices = static (services, configuration) => services.AddTenantSandbox(configuration),
        });
    }
}
