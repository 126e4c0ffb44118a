using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Storage.Queues;
using Microsoft.Extensions.Logging;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Doors;

/// <summary>Stores rejected requests, so that nothing that was sent is lost.</summary>
/// <param name="queue">The queue to store them in; its client must not encode messages.</param>
internal sealed partial class RejectedRequests(RejectedQueue queue, TimeProvider time, ILogger<RejectedRequests> log)
{
    // Messages never expire; the service's default is seven days.
    private static readonly TimeSpan NoExpiry = TimeSpan.FromSeconds(-1);

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Stores a message. If this throws, the message must not be acknowledged.</summary>
    public async Task KeepAsync(string door, string message, IReadOnlyList<ValidationFault> faults, CancellationToken cancellationToken)
    {
        LogRejected(log, door, faults.Count, faults[0].Pointer, faults[0].Detail);
        if (queue.Client is not { } client)
        {
            LogUnkept(log, door, message);
            return;
        }

        var entry = new RejectedRequest(door, time.GetUtcNow(), faults, message);
        var text = JsonSerializer.Serialize(entry, Json);
        await client.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        if (Encoding.UTF8.GetByteCount(text) > client.MessageMaxBytes)
        {
            // Only quoting made it too long: the original arrived in a message of this size, or is sent in parts.
            foreach (var part in Parts(message, client.MessageMaxBytes))
            {
                await client.SendMessageAsync(part, null, NoExpiry, cancellationToken);
            }

            text = JsonSerializer.Serialize(entry with { Message = null }, Json);
        }

        await client.SendMessageAsync(text, null, NoExpiry, cancellationToken);
    }

    // An event can have 1 MB. A UTF-16 unit has at most three bytes in UTF-8; surrogate pairs must not be split.
    private static IEnumerable<string> Parts(string message, int maxBytes)
    {
        if (Encoding.UTF8.GetByteCount(message) <= maxBytes)
        {
            yield return message;
            yield break;
        }

        for (int start = 0, length; start < message.Length; start += length)
        {
            length = Math.Min(maxBytes / 3, message.Length - start);
            if (start + length < message.Length && char.IsHighSurrogate(message[start + length - 1]))
            {
                length--;
            }

            yield return message.Substring(start, length);
        }
    }

    [LoggerMessage(1001, LogLevel.Warning, "{Door} rejected a request with {Count} validation faults; the first is at '{Pointer}': {Detail}")]
    private static partial void LogRejected(ILogger log, string door, int count, string pointer, string detail);

    [LoggerMessage(1002, LogLevel.Error, "No storage is configured (AzureWebJobsStorage), so the request that {Door} rejected is only in this log entry: {Message}")]
    private static partial void LogUnkept(ILogger log, string door, string message);
}

/// <summary>A message of the queue of rejected requests.</summary>
/// <param name="Door">Where it arrived: an event function or a queue.</param>
/// <param name="RejectedAt">When it was rejected.</param>
/// <param name="Faults">Why it was rejected.</param>
/// <param name="Message">The original, character by character; null when it was too long for this message and was sent just before it.</param>
internal sealed record RejectedRequest(
    [property: JsonPropertyName("door")] string Door,
    [property: JsonPropertyName("rejectedAt")] DateTimeOffset RejectedAt,
    [property: JsonPropertyName("faults")] IReadOnlyList<ValidationFault> Faults,
    [property: JsonPropertyName("message")] string? Message);
