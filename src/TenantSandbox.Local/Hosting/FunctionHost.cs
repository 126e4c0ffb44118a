using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection.Extensions;
using TenantSandbox.Local.Engine;
using TenantSandbox.Local.Hosting.Durable;
using TenantSandbox.Local.Hosting.EventGrid;
using TenantSandbox.Local.Hosting.Http;
using TenantSandbox.Local.Hosting.Invocation;
using TenantSandbox.Local.Hosting.Queues;
using TenantSandbox.Local.Hosting.Timers;
using TenantSandbox.Local.Hosting.Topics;

namespace TenantSandbox.Local.Hosting;

/// <summary>
/// Runs an isolated-worker app's functions in this process: HTTP, Event Grid's webhook, timers, queues and durable functions, each
/// found by its attributes, plus the topics that the app publishes to. Listens on loopback without TLS; it is for one machine.
/// </summary>
public sealed class FunctionHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly int _functionCount;

    private FunctionHost(WebApplication app, FunctionKeys keys, int functionCount)
    {
        _app = app;
        _functionCount = functionCount;
        Keys = keys;
    }

    /// <summary>Where it listens, with the real port; known once started.</summary>
    public Uri BaseAddress => new(_app.Urls.First());

    /// <summary>The keys that callers need.</summary>
    public FunctionKeys Keys { get; }

    /// <summary>The app's services.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>The engine that runs the durable functions; it starts and stops with the host.</summary>
    public DurableEngine Engine => Services.GetRequiredService<DurableEngine>();

    /// <summary>The engine's client.</summary>
    public DurableTaskClient DurableClient => Services.GetRequiredService<DurableTaskClient>();

    /// <summary>What the app has published.</summary>
    public TopicStore Topics => Services.GetRequiredService<TopicStore>();

    /// <summary>Finds the functions and builds the services; nothing runs yet.</summary>
    /// <exception cref="InvalidOperationException">A function, a setting or host.json is wrong; the message says which.</exception>
    public static FunctionHost Create(FunctionHostOptions options)
    {
        if (!options.Address.IsLoopback)
        {
            throw new InvalidOperationException(
                $"The local host listens on loopback only, and {options.Address} isn't. Use http://127.0.0.1:PORT.");
        }

        var functions = FunctionDiscovery.Find(options.Assemblies.SelectMany(assembly => assembly.GetTypes()));
        var keys = options.Keys ?? FunctionKeys.LoadOrCreate(options.StateDirectory);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        LocalSettings.Load(builder.Configuration, options);
        options.ConfigureLogging?.Invoke(builder.Logging);
        builder.WebHost.UseKestrelCore().UseUrls(options.Address.ToString())
            .ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = options.MaxRequestBodyBytes);
        AddServices(builder, options, functions, keys);

        var app = builder.Build();
        if (functions.Any(DurableFunctions.IsDurable))
        {
            DurableFunctions.Enter(
                functions, app.Services.GetRequiredService<TaskCatalog>(), app.Services.GetRequiredService<FunctionInvoker>());
        }

        Map(app, functions);
        return new FunctionHost(app, keys, functions.Count);
    }

    public async Task StartAsync(CancellationToken cancellation = default)
    {
        await _app.StartAsync(cancellation);
        Services.GetRequiredService<ILogger<FunctionHost>>().Listening(BaseAddress, _functionCount);
    }

    /// <summary>Stops taking work, then waits for the functions that run, as long as the host's shutdown timeout.</summary>
    public Task StopAsync(CancellationToken cancellation = default) => _app.StopAsync(cancellation);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static void AddServices(
        WebApplicationBuilder builder, FunctionHostOptions options, IReadOnlyList<FunctionDescriptor> functions, FunctionKeys keys)
    {
        var services = builder.Services;
        services.AddRouting();
        services.AddMvcCore();
        services.AddProblemDetails();
        options.ConfigureServices?.Invoke(services, builder.Configuration);
        if (functions.Any(DurableFunctions.IsDurable)) AddEngine(services, options);

        services.Replace(ServiceDescriptor.Singleton(options.TimeProvider));
        services.AddSingleton(options);
        services.AddSingleton(functions);
        services.AddSingleton(keys);
        services.AddSingleton(HostSettings.Read(builder.Configuration));
        services.AddSingleton(new TopicStore(options.StateDirectory));
        services.AddSingleton<FunctionInvoker>();
        services.AddSingleton<FaultBarrier>();
        services.AddSingleton<HttpTriggers>();
        services.AddSingleton<EventGridWebhook>();
        services.AddSingleton<TopicEndpoint>();
        services.TryAddSingleton<QueueClientFactory>(QueueClients.Create);
        services.AddHostedService<QueueTriggers>();
        services.AddHostedService<TimerTriggers>();
    }

    private static void AddEngine(IServiceCollection services, FunctionHostOptions options)
    {
        services.AddSingleton<TaskCatalog>();
        services.AddSingleton(provider => new DurableEngine(
            options.ConfigureEngine(provider.GetRequiredService<HostSettings>().Durable.Apply(
                new EngineOptions { DatabasePath = Path.Combine(options.StateDirectory, "engine.db") })),
            provider.GetRequiredService<TaskCatalog>(),
            provider,
            options.TimeProvider,
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton(provider => provider.GetRequiredService<DurableEngine>().Client);

        // First in the list: hosted services start in this order and stop in reverse, and the others may use the client.
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService, EngineService>());
    }

    private static void Map(WebApplication app, IReadOnlyList<FunctionDescriptor> functions)
    {
        app.UseMiddleware<FaultBarrier>();
        app.UseRouting();
        Services<HttpTriggers>().Map(app, functions);
        Services<EventGridWebhook>().Map(app, functions);
        Services<TopicEndpoint>().Map(app);

        // A fallback also catches a known path with another method, which the real host answers with 404 too, not 405.
        app.MapFallback("{**path}", HostAnswer.NotFoundAsync);

        T Services<T>() where T : notnull => app.Services.GetRequiredService<T>();
    }
}
