using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace TenantSandbox.Hosting.EventGrid;

/// <summary>Reads a request's body as JSON text: a structured event, a batch, or an event in binary mode put into structured form.</summary>
internal static class CloudEventBody
{
    private const string AttributePrefix = "ce-";

    /// <summary>Binary mode: the attributes are headers, the body is the data.</summary>
    public static bool IsBinaryMode(HttpRequest request) =>
        request.Headers.ContainsKey("ce-specversion") && !IsStructured(request);

    /// <summary>Structured mode: the body is the whole event, or a batch of events.</summary>
    public static bool IsStructured(HttpRequest request) =>
        request.ContentType?.StartsWith("application/cloudevents", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>The body as sent, or an event in binary mode as one JSON object.</summary>
    /// <exception cref="MalformedEventException">The data of an event in binary mode isn't JSON, which its content type says it is.</exception>
    public static async Task<string> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var body = await BinaryData.FromStreamAsync(request.Body, cancellationToken);
        if (!IsBinaryMode(request))
        {
            return body.ToString();
        }

        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteAttributes(json, request);
            WriteData(json, body, request.ContentType);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void WriteAttributes(Utf8JsonWriter json, HttpRequest request)
    {
        foreach (var (header, value) in request.Headers)
        {
            if (header.StartsWith(AttributePrefix, StringComparison.OrdinalIgnoreCase))
            {
                json.WriteString(header[AttributePrefix.Length..].ToLowerInvariant(), Uri.UnescapeDataString(value.ToString()));
            }
        }

        if (request.ContentType is { } contentType)
        {
            json.WriteString("datacontenttype", contentType);
        }
    }

    private static void WriteData(Utf8JsonWriter json, BinaryData body, string? contentType)
    {
        if (body.Length == 0)
        {
            return;
        }

        if (contentType is not null && !contentType.Contains("json", StringComparison.OrdinalIgnoreCase))
        {
            json.WriteBase64String("data_base64", body);
            return;
        }

        try
        {
            json.WritePropertyName("data");
            json.WriteRawValue(body);
        }
        catch (JsonException exception)
        {
            throw new MalformedEventException("The event's data isn't valid JSON, which its content type says it is.", exception);
        }
    }
}
