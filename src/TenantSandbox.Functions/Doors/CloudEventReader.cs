using System.Buffers;
using System.Text.Json;
using Azure.Messaging;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Http;

namespace TenantSandbox.Functions.Doors;

/// <summary>Reads a request from a CloudEvent 1.0 in structured mode.</summary>
internal static class CloudEventReader
{
    private const string EventGridSchema =
        "This is an event in Event Grid schema. Set the event subscription's delivery schema to CloudEvents 1.0 (--event-delivery-schema cloudeventschemav1_0).";

    /// <summary>Whether JSON is an event rather than a bare request: a CloudEvent, or an event in Event Grid schema.</summary>
    public static bool IsEvent(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            return IsEventGridSchema(document.RootElement) || (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("specversion", out _));
        }
        catch (JsonException)
        {
            // The request parser reports what is wrong.
            return false;
        }
    }

    /// <param name="utf8">JSON text.</param>
    /// <param name="now">Current time; a time to live is added to it.</param>
    /// <param name="rules">What the installation allows; null for the defaults.</param>
    public static IncomingRequest Read(ReadOnlyMemory<byte> utf8, DateTimeOffset now, InstallationRules? rules = null)
    {
        CloudEvent? cloudEvent;
        try
        {
            using var document = JsonDocument.Parse(utf8);
            if (IsEventGridSchema(document.RootElement))
            {
                return IncomingRequest.Fault("", ValidationFaultCodes.NotSupported, EventGridSchema);
            }

            cloudEvent = document.RootElement.ValueKind == JsonValueKind.Object ? CloudEvent.Parse(WithoutNulls(document.RootElement)) : null;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException or FormatException)
        {
            return IncomingRequest.Fault("", ValidationFaultCodes.Malformed, $"Not a CloudEvent 1.0: {FirstLine(e.Message)}");
        }

        if (cloudEvent is null || string.IsNullOrEmpty(cloudEvent.Id) || string.IsNullOrEmpty(cloudEvent.Source))
        {
            return IncomingRequest.Fault("", ValidationFaultCodes.Malformed, "Not a CloudEvent 1.0: id and source are required.");
        }

        if (cloudEvent.Id.Length > RequestLimits.MaxEventAttributeLength || cloudEvent.Source.Length > RequestLimits.MaxEventAttributeLength)
        {
            var pointer = cloudEvent.Id.Length > RequestLimits.MaxEventAttributeLength ? "/id" : "/source";
            return IncomingRequest.Fault(pointer, ValidationFaultCodes.Range, "Must have at most 1024 characters.");
        }

        if (!EventTypes.TryParseRequested(cloudEvent.Type, out var kind))
        {
            return IncomingRequest.Fault("/type", ValidationFaultCodes.Unknown, $"Not a request type of this system; for example \"{EventTypes.Requested(TenantRequestKind.Onboard)}\".");
        }

        if (cloudEvent.Data is null)
        {
            return IncomingRequest.Fault("/data", ValidationFaultCodes.Required, "\"data\" is required: the request.");
        }

        var result = TenantRequestParser.Parse(ByteOrderMark.Strip(cloudEvent.Data.ToMemory()), kind, now, rules);
        return new IncomingRequest(
            result.Request,
            new RequestIdentity(cloudEvent.Source, cloudEvent.Id, IsEvent: true),
            [.. result.Faults.Select(x => x with { Pointer = $"/data{x.Pointer}" })],
            result.Spec);
    }

    // Queues and webhooks get an array of one or more of them, or one object.
    private static bool IsEventGridSchema(JsonElement root) => root.ValueKind switch
    {
        JsonValueKind.Array => root.GetArrayLength() > 0 && root[0].ValueKind == JsonValueKind.Object && IsEventGridSchema(root[0]),
        JsonValueKind.Object => root.TryGetProperty("eventType", out _) && !root.TryGetProperty("specversion", out _) && !root.TryGetProperty("kind", out _),
        _ => false,
    };

    // An attribute that is null is unset (CloudEvents JSON format 1.0.2, 2.2), but the library refuses a null extension attribute.
    private static BinaryData WithoutNulls(JsonElement root)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var property in root.EnumerateObject().Where(x => x.Value.ValueKind != JsonValueKind.Null))
            {
                writer.WritePropertyName(property.Name);
                writer.WriteRawValue(property.Value.GetRawText());
            }

            writer.WriteEndObject();
        }

        return BinaryData.FromBytes(buffer.WrittenMemory);
    }

    // The library's messages quote the whole event from the second line on.
    private static string FirstLine(string text) => text.AsSpan().IndexOfAny('\r', '\n') is >= 0 and var end ? text[..end] : text;
}

/// <summary>The result of reading an event or a message: a request with its identity, or the validation faults.</summary>
/// <param name="Request">The request; null when there are faults.</param>
/// <param name="Identity">Its identity; null when it could not be read.</param>
/// <param name="Faults">Why it is refused; empty when there is a request.</param>
/// <param name="Spec">The desired state, which must be stored before the request is submitted; null when the request has none.</param>
internal sealed record IncomingRequest(TenantRequest? Request, RequestIdentity? Identity, IReadOnlyList<ValidationFault> Faults, TenantSpec? Spec = null)
{
    public static IncomingRequest Fault(string pointer, string code, string detail) => new(null, null, [new ValidationFault(pointer, code, detail)]);
}
