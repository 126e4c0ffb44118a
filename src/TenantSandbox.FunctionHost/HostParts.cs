using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using TenantSandbox.Hosting.Configuration;
using TenantSandbox.Hosting.Durable;
using TenantSandbox.Hosting.Http;
using TenantSandbox.Hosting.Worker;

namespace TenantSandbox.Hosting;

/// <summary>What a function host consists of, and in which order it starts and stops.</summary>
internal sealed class HostParts : IAsyncDisposable
{
    private readonly RpcServer _rpc;
    private readonly FileStream _lock;

    private HostParts(FunctionHostOptions options, FileStream stateLock, RpcServer rpc, WebApplication app)
    {
        (Options, _lock, _rpc, App) = (options, stateLock, rpc, app);
        Keys = app.Services.GetRequiredService<FunctionKeys>();
        Worker = app.Services.GetRequiredService<WorkerSupervisor>();
        Dispatcher = app.Services.GetRequiredService<DurableDispatcher>();
    }

    public FunctionHostOptions Options { get; }

    public WebApplication App { get; }

    public FunctionKeys Keys { get; }

    public WorkerSupervisor Worker { get; }

    public DurableDispatcher Dispatcher { get; }

    private IEnumerable<ITriggerListener> Listeners => App.Services.GetServices<ITriggerListener>();

    /// <summary>Reads the settings and starts the server that the worker connects to. Nothing else runs yet.</summary>
    public static async Task<HostParts> CreateAsync(FunctionHostOptions options, CancellationToken cancellationToken)
    {
        if (!options.Address.IsLoopback)
        {
            throw new InvalidOperationException($"The local host listens on loopback only, and {options.Address} isn't. Use http://127.0.0.1:PORT.");
        }

        var config = WorkerConfig.Read(options.AppDirectory);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        HostConfiguration.Load(builder.Configuration, options);
        var settings = HostSettings.Read(builder.Configuration);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection($"{HostSettings.Section}:logging"));
        options.ConfigureLogging?.Invoke(builder.Logging);
        builder.WebHost.UseKestrelCore().UseUrls(options.Address.ToString())
            .ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = options.MaxRequestBodyBytes);

        var stateLock = LockState(options.StateDirectory);
        RpcServer? rpc = null;
        try
        {
            var keys = options.Keys ?? FunctionKeys.LoadOrCreate(options.StateDirectory);
            var workers = new FunctionRpcService();
            rpc = await StartRpcAsync(workers, new TaskHubService(options.OrchestrationService, settings.Durable.DefaultVersion), cancellationToken);
            builder.Services.AddSingleton(options).AddSingleton(settings).AddSingleton(keys).AddSingleton(options.TimeProvider);
            builder.Services.AddSingleton(services => new WorkerSupervisor(
                config,
                HostConfiguration.WorkerEnvironment(options),
                rpc.Address,
                options.MaxWorkerRestartDelay,
                workers,
                services.GetRequiredService<ILoggerFactory>()));
            builder.Services.AddSingleton<IInputBinding>(new DurableClientBinding(settings, rpc.Address));
            AddServices(builder.Services);
            return new HostParts(options, stateLock, rpc, builder.Build());
        }
        catch
        {
            await (rpc?.DisposeAsync() ?? default);
            await stateLock.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the worker, then the HTTP server, then what starts invocations on its own.</summary>
    public async Task<IReadOnlyList<FunctionDefinition>> StartAsync(CancellationToken cancellationToken)
    {
        var log = App.Services.GetRequiredService<ILogger<FunctionHost>>();
        foreach (var key in KnownSettings.FindUnknown(App.Configuration))
        {
            log.UnknownSetting(key);
        }

        var functions = await Worker.StartAsync(cancellationToken);
        var invoker = App.Services.GetRequiredService<FunctionInvoker>();
        foreach (var function in functions)
        {
            invoker.RequireSupportedBindings(function);
        }

        App.UseMiddleware<ExceptionHandling>();
        App.UseMiddleware<RequestLimits>();
        App.UseRouting();
        foreach (var endpoints in App.Services.GetServices<IHttpEndpoints>())
        {
            endpoints.Map(App, functions);
        }

        // A fallback also catches a known path with another method, which the real host answers with 404 too, not 405.
        App.MapFallback("{**path}", HostAnswer.NotFoundAsync);
        await App.StartAsync(cancellationToken);
        await Dispatcher.StartAsync(functions);
        foreach (var listener in Listeners)
        {
            await listener.StartAsync(functions, cancellationToken);
        }

        log.Listening(new Uri(App.Urls.First()), functions.Count);
        return functions;
    }

    /// <summary>Stops in the reverse order, so that running functions end while everything that they use is there.</summary>
    public async Task StopAsync(TimeSpan workerGracePeriod, CancellationToken cancellationToken)
    {
        await Task.WhenAll(Listeners.Select(listener => listener.StopAsync(cancellationToken)));
        await App.StopAsync(cancellationToken);
        await Dispatcher.StopAsync();
        await Worker.StopAsync(workerGracePeriod, cancellationToken);
    }

    /// <summary>Ends the worker, if it still runs, with the services of the app.</summary>
    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await _rpc.DisposeAsync();
        await _lock.DisposeAsync();
    }

    private static Task<RpcServer> StartRpcAsync(FunctionRpcService workers, TaskHubService taskHub, CancellationToken cancellationToken) =>
        RpcServer.StartAsync(
            services => services.AddSingleton(workers).AddSingleton(taskHub),
            app =>
            {
                app.MapGrpcService<FunctionRpcService>();
                app.MapGrpcService<TaskHubService>();
            },
            cancellationToken);

    private static void AddServices(IServiceCollection services) => services
        .AddRouting()
        .AddHttpForwarder()
        .AddProblemDetails()
        .AddSingleton<FunctionInvoker>()
        .AddSingleton<IFunctionInvoker>(provider => provider.GetRequiredService<FunctionInvoker>())
        .AddSingleton<DurableDispatcher>()
        .AddSingleton<ExceptionHandling>()
        .AddSingleton<RequestLimits>()
        .AddSingleton<WorkerProxy>()
        .AddSingleton<IHttpEndpoints, HttpTriggers>()
        .AddTriggers();

    /// <summary>Two hosts on one state directory would write the same schedules and topics.</summary>
    private static FileStream LockState(string directory)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, "host.lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (IOException exception)
        {
            throw new IOException($"Another host uses the state directory {directory}. Stop it, or choose another directory.", exception);
        }
    }
}
