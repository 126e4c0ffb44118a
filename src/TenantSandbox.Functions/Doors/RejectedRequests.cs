using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Storage.Queues;
using Microsoft.Extensions.Logging;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Doors;

/// <summary>Keeps what can't be carried out, so that nothing that was sent is lost.</summary>
/// <param name="queue">The rejected queue; its client has no message encoding.</param>
internal sealed partial class RejectedRequests(RejectedQueue queue, TimeProvider time, ILogger<RejectedRequests> log)
{
    // Messages stay until a person takes them away; the service's own default is seven days.
    private static readonly TimeSpan Forever = TimeSpan.FromSeconds(-1);

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Keeps a message. When this throws, the message must not be finished.</summary>
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
            // Quoting made it too long. As it came it fits, because it came by a queue or is within Event Grid's limits for one.
            foreach (var part in Parts(message, client.MessageMaxBytes))
            {
                await client.SendMessageAsync(part, null, Forever, cancellationToken);
            }

            text = JsonSerializer.Serialize(entry with { Message = null }, Json);
        }

        await client.SendMessageAsync(text, null, Forever, cancellationToken);
    }

    // An event can be 1 MB. A UTF-16 unit is three bytes at most in UTF-8; a surrogate pair, which must not be parted, is four.
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

    [LoggerMessage(1001, LogLevel.Warning, "{Door} rejected a request for {Count} faults; the first is at '{Pointer}': {Detail}")]
    private static partial void LogRejected(ILogger log, string door, int count, string pointer, string detail);

    [LoggerMessage(1002, LogLevel.Error, "No storage is configured (AzureWebJobsStorage), so this log line is all that is kept of what {Door} rejected: {Message}")]
    private static partial void LogUnkept(ILogger log, string door, string message);
}

/// <summary>A message of the rejected queue: what came in, and why it isn't carried out.</summary>
/// <param name="Door">Where it came in: an event function or a queue.</param>
/// <param name="RejectedAt">When.</param>
/// <param name="Faults">Why.</param>
/// <param name="Message">What came in, character by character; null when it was too long to stand in here, and is the message that was sent just before.</param>
internal sealed record RejectedRequest(
    [property: JsonPropertyName("door")] string Door,
    [property: JsonPropertyName("rejectedAt")] DateTimeOffset RejectedAt,
    [property: JsonPropertyName("faults")] IReadOnlyList<ValidationFault> Faults,
    [property: JsonPropertyName("message")] string? Message);
