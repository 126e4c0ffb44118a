using Azure.Messaging;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using TenantSandbox.Functions.Telemetry;

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
    public async Task PublishAsync(
        [ActivityTrigger] LifecycleEvent lifecycleEvent, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (topic.Publisher is { } publisher)
        {
            try
            {
                await publisher.SendEventAsync(ToCloudEvent(lifecycleEvent, topic.Source), cancellationToken);
            }
            catch (Exception e) when (AzureFailures.IsFailure(e, cancellationToken))
            {
                Count(lifecycleEvent, "failed");
                throw AzureFailures.Translate(e, $"publish event {lifecycleEvent.Type} of {lifecycleEvent.Subject}");
            }
        }

        LogPublished(lifecycleEvent.Type, lifecycleEvent.Subject, lifecycleEvent.Id);
        Count(lifecycleEvent, "published");
        await MeasureAsync(lifecycleEvent, client, cancellationToken);
    }

    internal static CloudEvent ToCloudEvent(LifecycleEvent lifecycleEvent, string source) => new(source, lifecycleEvent.Type, lifecycleEvent.Data)
    {
        Id = lifecycleEvent.Id,
        Subject = lifecycleEvent.Subject,
        Time = lifecycleEvent.Time,
    };

    // The event is out: an operation that can't be measured is no reason to publish it again.
    private async Task MeasureAsync(LifecycleEvent lifecycleEvent, DurableTaskClient client, CancellationToken cancellationToken)
    {
        try
        {
            await OperationMetrics.RecordAsync(lifecycleEvent, client, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotMeasured(lifecycleEvent.Id, e.Message);
        }
    }

    private static void Count(LifecycleEvent lifecycleEvent, string outcome) =>
        SandboxMetrics.Events.Add(1, SandboxMetrics.Label("type", lifecycleEvent.Type), SandboxMetrics.Label("outcome", outcome));

    [LoggerMessage(LogLevel.Information, "Event {Type} of {Subject}, id {Id}.")]
    private partial void LogPublished(string type, string subject, string id);

    [LoggerMessage(LogLevel.Warning, "The duration of the operation that event {Id} ends could not be read: {Reason}")]
    private partial void LogNotMeasured(string id, string reason);
}
