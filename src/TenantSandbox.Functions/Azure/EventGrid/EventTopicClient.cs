using Azure;
using Azure.Core;
using Azure.Messaging.EventGrid;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Azure.EventGrid;

/// <summary>The client of the configured topic. Shared by all invocations, because each invocation gets a new <see cref="EventTopic"/>.</summary>
internal sealed partial class EventTopicClient(
    IOptions<TenantSandboxOptions> options, TokenCredential credential, ILogger<EventTopicClient> logger) : IHostedService
{
    /// <summary>Null when no topic is configured.</summary>
    public EventGridPublisherClient? Publisher { get; } = Create(options.Value.EventTopic, credential);

    /// <summary>The CloudEvents source of every event.</summary>
    public string Source { get; } = options.Value.EventTopic.Source;

    /// <summary>Warns once, at start, when no topic is configured.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (Publisher is null)
        {
            LogNoTopic();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static EventGridPublisherClient? Create(EventTopicOptions topic, TokenCredential credential)
    {
        var settings = new EventGridPublisherClientOptions { RetryPolicy = new ShortRetryPolicy() };
        return topic switch
        {
            { Endpoint: null } => null,
            { Endpoint: var endpoint, Key: { Length: > 0 } key } => new EventGridPublisherClient(endpoint, new AzureKeyCredential(key), settings),
            { Endpoint: var endpoint } => new EventGridPublisherClient(endpoint, credential, settings),
        };
    }

    [LoggerMessage(LogLevel.Warning, "No event topic is configured (TenantSandbox__EventTopic__Endpoint): events are only written to this log.")]
    private partial void LogNoTopic();
}
