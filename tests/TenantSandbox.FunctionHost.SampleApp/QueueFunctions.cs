using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;

namespace TenantSandbox.FunctionHost.SampleApp;

/// <summary>A message that is a JSON object.</summary>
public sealed record SampleOrder(string Tenant, int Count);

/// <summary>One function for each type that a queue message binds to.</summary>
public static class QueueFunctions
{
    [Function("OnText")]
    public static void OnText([QueueTrigger("texts", Connection = "SampleStorage")] string message, FunctionContext context) =>
        Sightings.Add("OnText", message, context);

    [Function("OnBinary")]
    public static void OnBinary([QueueTrigger("binaries", Connection = "SampleStorage")] BinaryData message) =>
        Sightings.Add("OnBinary", message.ToString());

    [Function("OnBytes")]
    public static void OnBytes([QueueTrigger("bytes", Connection = "SampleStorage")] byte[] message) =>
        Sightings.Add("OnBytes", Convert.ToHexString(message));

    [Function("OnOrder")]
    public static void OnOrder([QueueTrigger("%SampleOrders%", Connection = "SampleStorage")] SampleOrder message) =>
        Sightings.Add("OnOrder", message);

    [Function("OnMessage")]
    public static void OnMessage([QueueTrigger("messages", Connection = "SampleStorage")] QueueMessage message) =>
        Sightings.Add("OnMessage", new { message.MessageId, Text = message.Body.ToString(), message.DequeueCount, message.InsertedOn });

    [Function("OnFailing")]
    public static void OnFailing([QueueTrigger("failing", Connection = "SampleStorage")] string message, long dequeueCount)
    {
        Sightings.Add("OnFailing", dequeueCount);
        throw new InvalidOperationException($"no {message}");
    }

    /// <summary>Waits for a file, so that a test can kill the worker meanwhile.</summary>
    [Function("OnWaiting")]
    public static async Task OnWaitingAsync(
        [QueueTrigger("waiting", Connection = "SampleStorage")] string message, long dequeueCount, CancellationToken cancellationToken)
    {
        await Signals.WaitAsync("OnWaiting", cancellationToken);
        Sightings.Add("OnWaiting", $"{message} {dequeueCount}");
    }
}
