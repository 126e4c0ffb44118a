using Azure.Messaging;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace TenantSandbox.Functions.Azure.EventGrid;

/// <summary>Publishes lifecycle events to the Event Grid topic; without a configured topic it only logs them.</summary>
internal sealed partial class EventTopic(EventTopicClient topic, ILogger<EventTopic> logger)
{
    /// <summary>
    /// Publishes an event. Event Grid may deliver an event more than once in any case, so a retry sends the same id and source,
    /// and receivers drop duplicates.
    /// </summary>
    /// <exception cref="Core.Errors.SandboxException">The topic did not accept the event.</exception>
    [Function(ActivityNames.PublishEvent)]
    public async Task PublishAsync([ActivityTrigger] LifecycleEvent lifecycleEvent, CancellationToken cancellationToken)
    {
        if (topic.Publisher is { } publisher)
        {
            try
            {
                await publisher.SendEventAsync(ToCloudEvent(lifecycleEvent, topic.Source), cancellationToken);
            }
            catch (Exception e) when (AzureFailures.IsFailure(e, cancellationToken))
            {
                throw AzureFailures.Translate(e, $"publish event {lifecycleEvent.Type} of {lifecycleEvent.Subject}");
            }
        }

        LogPublished(lifecycleEvent.Type, lifecycleEvent.Subject, lifecycleEvent.Id);
    }

    internal static CloudEvent ToCloudEvent(LifecycleEvent lifecycleEvent, string source) => new(source, lifecycleEvent.Type, lifecycleEvent.Data)
    {
        Id = lifecycleEvent.Id,
        Subject = lifecycleEvent.Subject,
        Time = lifecycleEvent.Time,
    };

    [LoggerMessage(LogLevel.Information, "Event {Type} of {Subject}, id {Id}.")]
    private partial void LogPublished(string type, string subject, string id);
}
