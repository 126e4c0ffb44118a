using Microsoft.Azure.Functions.Worker;
using TenantSandbox.Local.Hosting.Invocation;

namespace TenantSandbox.Local.Hosting.Queues;

/// <summary>Listens to the queue of every queue function for as long as the host is up.</summary>
internal sealed class QueueTriggers(
    IReadOnlyList<FunctionDescriptor> functions,
    FunctionInvoker invoker,
    HostSettings settings,
    FunctionHostOptions options,
    IConfiguration configuration,
    QueueClientFactory open,
    ILogger<QueueTriggers> log) : BackgroundService
{
    private const string DefaultConnection = "AzureWebJobsStorage";

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Listeners().ToArray().Select(listener => listener.RunAsync(stoppingToken)));

    private IEnumerable<QueueListener> Listeners()
    {
        foreach (var function in functions)
        {
            if (function.Trigger is not QueueTriggerAttribute trigger) continue;

            MessageBinding.RequireSupported(function);
            var setting = trigger.Connection ?? DefaultConnection;
            if (ConnectionString(setting) is not { } connection)
            {
                log.QueueDoorShut(function.Name, setting);
                continue;
            }

            var queue = SettingNames.Resolve(trigger.QueueName, configuration, $"queue function '{function.Name}'");
            log.QueueDoorOpen(function.Name, queue);
            var poison = new PoisonQueue(open(connection, $"{queue}-poison"), log);
            var processor = new MessageProcessor(function, open(connection, queue), poison, invoker, settings.Queues, options.TimeProvider, log);
            yield return new QueueListener(open(connection, queue), processor, settings.Queues, options.TimeProvider, log);
        }
    }

    // The real host looks for the name with its own prefix first.
    private string? ConnectionString(string setting) =>
        new[] { configuration[$"AzureWebJobs{setting}"], configuration[setting], configuration.GetConnectionString(setting) }
            .FirstOrDefault(value => !string.IsNullOrEmpty(value));
}
