using Microsoft.Extensions.Azure;
using Microsoft.Extensions.DependencyInjection.Extensions;
using TenantSandbox.Hosting.EventGrid;
using TenantSandbox.Hosting.Queues;
using TenantSandbox.Hosting.Timers;
using TenantSandbox.Hosting.Topics;
using TenantSandbox.Hosting.Worker;

namespace TenantSandbox.Hosting;

/// <summary>Registers the triggers that the host itself listens for, and the topics.</summary>
internal static class TriggerServices
{
    /// <summary>
    /// Adds them; they need <see cref="IFunctionInvoker"/>, <see cref="FunctionHostOptions"/>, <see cref="FunctionKeys"/>, the host's
    /// settings, the configuration and a TimeProvider.
    /// </summary>
    public static IServiceCollection AddTriggers(this IServiceCollection services)
    {
        services.AddAzureClientsCore();
        services.AddSingleton<QueueConnections>();
        services.TryAddSingleton<QueueClientFactory>(provider => provider.GetRequiredService<QueueConnections>().Open);
        services.AddSingleton<ITriggerListener, QueueTriggers>();
        services.AddSingleton<ITriggerListener, TimerTriggers>();
        services.AddSingleton(provider => new TopicStore(provider.GetRequiredService<FunctionHostOptions>().StateDirectory));
        services.AddSingleton<IHttpEndpoints, EventGridWebhook>();
        services.AddSingleton<IHttpEndpoints, TopicEndpoint>();
        return services;
    }
}
