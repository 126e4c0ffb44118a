using System.Text.Json;
using Azure.Messaging;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Doors;

/// <summary>Reads a request from a CloudEvent 1.0 in structured mode.</summary>
internal static class CloudEventReader
{
    public static IncomingRequest Read(BinaryData json, DateTimeOffset now)
    {
        CloudEvent? cloudEvent;
        try
        {
            cloudEvent = CloudEvent.Parse(json);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException or FormatException)
        {
            return IncomingRequest.Fault("", ValidationFaultCodes.Malformed, $"Not a CloudEvent 1.0: {FirstLine(e.Message)}");
        }

        if (cloudEvent is null || string.IsNullOrEmpty(cloudEvent.Id) || string.IsNullOrEmpty(cloudEvent.Source))
        {
            return IncomingRequest.Fault("", ValidationFaultCodes.Malformed, "Not a CloudEvent 1.0: id and source are required.");
        }

        if (!EventTypes.TryParseRequested(cloudEvent.Type, out var kind))
        {
            return IncomingRequest.Fault("/type", ValidationFaultCodes.Unknown, $"Not a request type of this system; for example \"{EventTypes.Requested(TenantRequestKind.Onboard)}\".");
        }

        if (cloudEvent.Data is null)
        {
            return IncomingRequest.Fault("/data", ValidationFaultCodes.Required, "\"data\" is required: the request.");
        }

        var result = TenantRequestParser.Parse(cloudEvent.Data.ToMemory(), kind, now);
        return new IncomingRequest(
            result.Request,
            new RequestIdentity(cloudEvent.Source, cloudEvent.Id),
            [.. result.Faults.Select(x => x with { Pointer = $"/data{x.Pointer}" })]);
    }

    private static string FirstLine(string text) => text.AsSpan().IndexOfAny('\r', '\n') is >= 0 and var end ? text[..end] : text;
}

/// <summary>The result of reading an event or a message: a request with its identity, or the validation faults.</summary>
internal sealed record IncomingRequest(TenantRequest? Request, RequestIdentity? Identity, IReadOnlyList<ValidationFault> Faults)
{
    public static IncomingRequest Fault(string pointer, string code, string detail) => new(null, null, [new ValidationFault(pointer, code, detail)]);
}
