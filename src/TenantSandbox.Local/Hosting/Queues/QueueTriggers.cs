using Microsoft.Azure.Functions.Worker;
using TenantSandbox.Local.Hosting.Invocation;

namespace TenantSandbox.Local.Hosting.Queues;

/// <summary>Listens to the queue of every queue function for as long as the host is up.</summary>
internal sealed class QueueTriggers : BackgroundService
{
    private const string DefaultConnection = "AzureWebJobsStorage";

    private readonly FunctionInvoker _invoker;
    private readonly QueueSettings _settings;
    private readonly TimeProvider _time;
    private readonly IConfiguration _configuration;
    private readonly QueueClientFactory _open;
    private readonly ILogger _log;
    private readonly QueueListener[] _listeners;

    public QueueTriggers(
        IReadOnlyList<FunctionDescriptor> functions,
        FunctionInvoker invoker,
        HostSettings settings,
        TimeProvider time,
        IConfiguration configuration,
        QueueClientFactory open,
        ILogger<QueueTriggers> log)
    {
        (_invoker, _settings, _time, _configuration, _open, _log) = (invoker, settings.Queues, time, configuration, open, log);
        _listeners = [.. functions.Where(function => function.Trigger is QueueTriggerAttribute).Select(ListenerOf).OfType<QueueListener>()];
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_listeners.Select(listener => listener.RunAsync(stoppingToken)));

    private QueueListener? ListenerOf(FunctionDescriptor function)
    {
        MessageBinding.RequireSupported(function);
        var trigger = (QueueTriggerAttribute)function.Trigger;
        var setting = trigger.Connection ?? DefaultConnection;
        if (ConnectionString(setting) is not { } connection)
        {
            _log.QueueDoorShut(function.Name, setting);
            return null;
        }

        var name = SettingNames.Resolve(trigger.QueueName, _configuration, $"queue function '{function.Name}'");
        var queue = _open(connection, name);
        var poison = new PoisonQueue(_open(connection, $"{name}-poison"), _log);
        var processor = new MessageProcessor(function, queue, poison, _invoker, _settings, _time, _log);
        _log.QueueDoorOpen(function.Name, name);
        return new QueueListener(queue, processor, _settings, _time, _log);
    }

    // The real host looks for the name with its own prefix first.
    private string? ConnectionString(string setting) =>
        new[] { _configuration[$"AzureWebJobs{setting}"], _configuration[setting], _configuration.GetConnectionString(setting) }
            .FirstOrDefault(value => !string.IsNullOrEmpty(value));
}
