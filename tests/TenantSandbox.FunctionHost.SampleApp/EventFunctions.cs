using Azure.Messaging;
using Azure.Messaging.EventGrid;
using Microsoft.Azure.Functions.Worker;

namespace TenantSandbox.FunctionHost.SampleApp;

/// <summary>One function for each type that an event binds to.</summary>
public static class EventFunctions
{
    [Function("OnCloudEvent")]
    public static void OnCloudEvent([EventGridTrigger] CloudEvent cloudEvent) => Sightings.Add("OnCloudEvent", View(cloudEvent));

    [Function("OnCloudEvents")]
    public static void OnCloudEvents([EventGridTrigger(IsBatched = true)] CloudEvent[] cloudEvents) =>
        Sightings.Add("OnCloudEvents", cloudEvents.Select(View));

    [Function("OnEventGridEvent")]
    public static void OnEventGridEvent([EventGridTrigger] EventGridEvent gridEvent) =>
        Sightings.Add("OnEventGridEvent", new { gridEvent.Id, gridEvent.EventType, Data = gridEvent.Data.ToString() });

    [Function("OnBinaryEvent")]
    public static void OnBinaryEvent([EventGridTrigger] BinaryData binary) => Sightings.Add("OnBinaryEvent", binary.ToString());

    [Function("OnTextEvent")]
    public static void OnTextEvent([EventGridTrigger] string text, FunctionContext context) => Sightings.Add("OnTextEvent", text, context);

    [Function("OnTextEvents")]
    public static void OnTextEvents([EventGridTrigger(IsBatched = true)] string[] texts) => Sightings.Add("OnTextEvents", texts);

    /// <summary>Waits for a file, so that a test can kill the worker meanwhile.</summary>
    [Function("OnWaitingEvent")]
    public static async Task OnWaitingEventAsync([EventGridTrigger] CloudEvent cloudEvent, CancellationToken cancellationToken)
    {
        await Signals.WaitAsync("OnWaitingEvent", cancellationToken);
        Sightings.Add("OnWaitingEvent", cloudEvent.Id);
    }

    private static object View(CloudEvent cloudEvent) =>
        new { cloudEvent.Id, cloudEvent.Source, cloudEvent.ExtensionAttributes, Data = cloudEvent.Data?.ToString() };
}
