using Azure;
using Azure.Core;
using Azure.Messaging;
using Azure.Messaging.EventGrid;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantSandbox.Functions.Aks;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Events;

/// <summary>The Event Grid topic that lifecycle events go to; without one they are logged only.</summary>
internal sealed partial class EventTopic : IHostedService
{
    private readonly EventGridPublisherClient? _client;
    private readonly string _source;
    private readonly ILogger<EventTopic> _logger;

    public EventTopic(IOptions<TenantSandboxOptions> options, TokenCredential credential, ILogger<EventTopic> logger)
    {
        var topic = options.Value.EventTopic;
        _source = topic.Source;
        _logger = logger;
        _client = topic switch
        {
            { Endpoint: null } => null,
            { Endpoint: var endpoint, Key: { Length: > 0 } key } => new EventGridPublisherClient(endpoint, new AzureKeyCredential(key), Settings()),
            { Endpoint: var endpoint } => new EventGridPublisherClient(endpoint, credential, Settings()),
        };
    }

    /// <summary>Says once, at start, when there is no topic.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_client is null)
        {
            LogNoTopic();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Hands the event to the topic. Event Grid may deliver one twice whatever the sender does, so a retry sends the same id from the
    /// same source and receivers drop what they have seen.
    /// </summary>
    /// <exception cref="Core.Errors.SandboxException">The topic did not take it.</exception>
    public async Task PublishAsync(LifecycleEvent published, CancellationToken cancellationToken)
    {
        if (_client is not null)
        {
            try
            {
                await _client.SendEventAsync(ToCloudEvent(published, _source), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (ArmFailures.IsFailure(e, cancellationToken))
            {
                throw ArmFailures.Translate(e, $"publish event {published.Type} of {published.Subject}");
            }
        }

        LogPublished(published.Type, published.Subject, published.Id);
    }

    internal static CloudEvent ToCloudEvent(LifecycleEvent published, string source) => new(source, published.Type, published.Data)
    {
        Id = published.Id,
        Subject = published.Subject,
        Time = published.Time,
    };

    private static EventGridPublisherClientOptions Settings() => new() { RetryPolicy = new ShortRetryPolicy() };

    [LoggerMessage(LogLevel.Warning, "No event topic is configured (TenantSandbox__EventTopic__Endpoint): events are written to this log only.")]
    private partial void LogNoTopic();

    [LoggerMessage(LogLevel.Information, "Event {Type} of {Subject}, id {Id}.")]
    private partial void LogPublished(string type, string subject, string id);
}
