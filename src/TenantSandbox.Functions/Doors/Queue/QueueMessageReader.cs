using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Doors.Queue;

/// <summary>Reads a request out of a queue message: plain JSON or base64 of it (as Event Grid sends it), a CloudEvent or a bare request.</summary>
internal static class QueueMessageReader
{
    private const string Source = "queue:" + QueueNames.Requests;

    /// <param name="text">The message's text, as it stands in the queue.</param>
    /// <param name="messageId">The queue's id of the message: the identity of a request that has none of its own.</param>
    /// <param name="now">What a time to live counts from.</param>
    public static IncomingRequest Read(string text, string messageId, DateTimeOffset now)
    {
        if (Decode(text) is not { } utf8)
        {
            return IncomingRequest.Fault("", ValidationFaultCodes.Malformed, "The message is neither JSON nor base64 of JSON.");
        }

        if (IsCloudEvent(utf8))
        {
            return CloudEventReader.Read(BinaryData.FromBytes(utf8), now);
        }

        var result = TenantRequestParser.ParseBare(utf8, now);
        return new IncomingRequest(result.Request, new RequestIdentity(Source, result.Id ?? Identify(result.Request, messageId)), result.Faults);
    }

    // A request with a revision is the same one whenever it is sent again. An offboarding without one means "now": the same
    // text sent again, perhaps in the tenant's next life, is another request, and only the message itself is the same one.
    private static string Identify(TenantRequest? request, string messageId) =>
        request?.Revision is null ? $"message:{messageId}" : $"content:{request.ContentHash}";

    private static byte[]? Decode(string text)
    {
        var trimmed = text.AsSpan().Trim();
        if (trimmed.Length > 0 && trimmed[0] is '{' or '[')
        {
            return Encoding.UTF8.GetBytes(text);
        }

        return trimmed.Length > 0 && Base64.IsValid(trimmed) ? Convert.FromBase64String(trimmed.ToString()) : null;
    }

    private static bool IsCloudEvent(byte[] utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("specversion", out _);
        }
        catch (JsonException)
        {
            // The request parser says what is wrong with it.
            return false;
        }
    }
}
