using System.Text.Json;
using TenantSandbox.Hosting.Configuration;
using TenantSandbox.Hosting.Worker;

namespace TenantSandbox.Hosting.Queues;

/// <summary>Listens to the queue of every function with a queue trigger. Queues are created by the deployment, not by their trigger.</summary>
internal sealed class QueueTriggers(
    IFunctionInvoker invoker,
    HostSettings settings,
    TimeProvider timeProvider,
    IConfiguration configuration,
    QueueConnections connections,
    QueueClientFactory open,
    ILogger<QueueTriggers> logger) : ITriggerListener, IDisposable
{
    private readonly TriggerLoops _loops = new();

    public Task StartAsync(IReadOnlyList<FunctionDefinition> functions, CancellationToken cancellationToken)
    {
        var listeners = functions
            .Where(function => function.IsTriggeredBy("queueTrigger"))
            .Select(CreateListener)
            .OfType<QueueListener>()
            .ToArray();
        _loops.Start(listeners.Select(listener => (Func<CancellationToken, Task>)listener.RunAsync));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _loops.StopAsync(cancellationToken);

    public void Dispose() => _loops.Dispose();

    private QueueListener? CreateListener(FunctionDefinition function)
    {
        var connectionName = TextOf(function.Trigger, "connection") is { Length: > 0 } named ? named : QueueConnections.Default;
        if (connections.Find(connectionName) is not { } connection)
        {
            logger.ConnectionMissing(function.Name, connectionName);
            return null;
        }

        var queueName = TextOf(function.Trigger, "queueName") ?? throw function.Fault("its queue trigger names no queue.");
        queueName = SettingNames.Resolve(queueName, configuration, $"queue function '{function.Name}'");
        var queue = open(connection, queueName);
        var poison = PoisonQueue.NameFor(queueName) is { } poisonName ? new PoisonQueue(open(connection, poisonName), logger) : null;
        var processor = new MessageProcessor(function, queue, poison, invoker, settings.Queues, timeProvider, logger);
        logger.QueueListening(function.Name, queueName);
        return new QueueListener(queue, processor, settings.Queues, timeProvider, logger);
    }

    private static string? TextOf(JsonElement trigger, string property) =>
        trigger.TryGetProperty(property, out var value) ? value.GetString() : null;
}
