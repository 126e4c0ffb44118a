using System.Buffers.Text;
using System.Text;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Http;

namespace TenantSandbox.Functions.Doors.Queue;

/// <summary>Reads a request from a queue message: JSON or base64 of it (as Event Grid sends it), a CloudEvent or a bare request.</summary>
internal static class QueueMessageReader
{
    private const string TooLarge =
        "A message may have at most 48 KiB (49152 bytes) before base64. Send larger requests over HTTP or to the Event Grid webhook.";

    /// <param name="text">The message's text, not decoded.</param>
    /// <param name="messageId">The message's id, used as the identity of a request without one.</param>
    /// <param name="now">The time from which a time to live counts.</param>
    /// <param name="rules">What the installation allows; null for the defaults.</param>
    public static IncomingRequest Read(string text, string messageId, DateTimeOffset now, InstallationRules? rules = null)
    {
        if (Decode(text) is not { } utf8)
        {
            return IncomingRequest.Fault("", ValidationFaultCodes.Malformed, "The message is neither JSON nor base64 of JSON.");
        }

        if (utf8.Length > RequestLimits.MaxQueueMessageBytes)
        {
            return IncomingRequest.Fault("", ValidationFaultCodes.TooLarge, TooLarge);
        }

        if (CloudEventReader.IsEvent(utf8))
        {
            return CloudEventReader.Read(utf8, now, rules);
        }

        var result = TenantRequestParser.ParseBare(utf8, now, rules);
        return new IncomingRequest(result.Request, new RequestIdentity(RequestIdentity.QueueSource, result.Id ?? Identify(result.Request, messageId)), result.Faults, result.Spec);
    }

    // A request with a revision is the same request whenever it is sent again. An offboarding without one means "now": the same
    // text sent later, perhaps in the next incarnation, is another request, so only the message identifies it.
    private static string Identify(TenantRequest? request, string messageId) =>
        request?.Revision is null ? $"message:{messageId}" : $"content:{request.ContentHash}";

    private static ReadOnlyMemory<byte>? Decode(string text)
    {
        var trimmed = ByteOrderMark.Strip(text).AsSpan().Trim();
        if (trimmed.Length > 0 && trimmed[0] is '{' or '[')
        {
            return Encoding.UTF8.GetBytes(trimmed.ToString());
        }

        return trimmed.Length > 0 && Base64.IsValid(trimmed) ? ByteOrderMark.Strip(Convert.FromBase64String(trimmed.ToString())) : null;
    }
}
