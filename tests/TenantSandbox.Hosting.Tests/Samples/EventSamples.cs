using Azure.Messaging;
using Azure.Messaging.EventGrid;
using Microsoft.Azure.Functions.Worker;

namespace TenantSandbox.Hosting.Tests.Samples;

public sealed class EventSamples(Recorder recorder)
{
    [Function("OnCloudEvent")]
    public Task OnCloudEvent([EventGridTrigger] CloudEvent one, CancellationToken cancellation) => recorder.RecordAsync(one, cancellation);

    [Function("OnCloudEvents")]
    public Task OnCloudEvents([EventGridTrigger(IsBatched = true)] CloudEvent[] all) => recorder.RecordAsync(all);

    [Function("OnEventGridEvent")]
    public Task OnEventGridEvent([EventGridTrigger] EventGridEvent one) => recorder.RecordAsync(one);

    [Function("OnBinaryEvent")]
    public Task OnBinaryEvent([EventGridTrigger] BinaryData one) => recorder.RecordAsync(one);

    [Function("OnTextEvent")]
    public Task OnTextEvent([EventGridTrigger] string one) => recorder.RecordAsync(one);
}
