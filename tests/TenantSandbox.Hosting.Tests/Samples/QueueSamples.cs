using System.Globalization;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;

namespace TenantSandbox.Hosting.Tests.Samples;

/// <param name="Text">The message as the function got it.</param>
/// <param name="DequeueCount">The trigger's metadata.</param>
public sealed record SeenMessage(string Text, int DequeueCount);

public sealed class QueueSamples(Recorder recorder)
{
    [Function("OnMessage")]
    public Task OnMessage(
        [QueueTrigger("%SampleQueue%", Connection = "SampleStorage")] BinaryData message, FunctionContext context, CancellationToken cancellation) =>
        recorder.RecordAsync(
            new SeenMessage(
                message.ToString(),
                int.Parse((string)context.BindingContext.BindingData["DequeueCount"]!, CultureInfo.InvariantCulture)),
            cancellation);

    [Function("OnTextMessage")]
    public Task OnTextMessage([QueueTrigger("texts", Connection = "SampleStorage")] string message, CancellationToken cancellation) =>
        recorder.RecordAsync(message, cancellation);

    [Function("OnWholeMessage")]
    public Task OnWholeMessage([QueueTrigger("wholes", Connection = "SampleStorage")] QueueMessage message, CancellationToken cancellation) =>
        recorder.RecordAsync(message, cancellation);
}
