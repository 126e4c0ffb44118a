using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace TenantSandbox.Local.Hosting.EventGrid;

/// <summary>Reads what was delivered, in each of the forms that CloudEvents and Event Grid have.</summary>
internal static class EventBody
{
    private const string AttributePrefix = "ce-";

    /// <summary>Binary mode: the attributes are headers, the body is the data alone.</summary>
    public static bool IsBinaryMode(HttpRequest request) =>
        request.Headers.ContainsKey("ce-specversion") && !IsStructured(request);

    /// <summary>Structured mode: the body is the whole event, or a batch of them.</summary>
    public static bool IsStructured(HttpRequest request) =>
        request.ContentType?.StartsWith("application/cloudevents", StringComparison.OrdinalIgnoreCase) == true;

    public static async Task<JsonDocument> ReadJsonAsync(HttpContext http)
    {
        try
        {
            return await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
        }
        catch (JsonException exception)
        {
            throw new MalformedEventException($"The body isn't valid JSON: {exception.Message}", exception);
        }
    }

    /// <summary>The delivered events, each a JSON object in structured form.</summary>
    public static async Task<IReadOnlyList<JsonElement>> ReadEventsAsync(HttpContext http)
    {
        if (IsBinaryMode(http.Request)) return [await ReadBinaryModeAsync(http)];

        using var body = await ReadJsonAsync(http);
        var root = body.RootElement.Clone();
        return root.ValueKind switch
        {
            JsonValueKind.Object => [root],
            JsonValueKind.Array when root.EnumerateArray().All(IsObject) => [.. root.EnumerateArray()],
            JsonValueKind.Array => throw new MalformedEventException("The array holds something that isn't an event object."),
            var kind => throw new MalformedEventException($"The body is a JSON {kind}; send an event object or an array of them."),
        };
    }

    /// <summary>The code of a SubscriptionValidationEvent: in an array (Event Grid schema), or alone with its data as text (CloudEvents).</summary>
    public static string ValidationCode(JsonElement body)
    {
        var one = body.ValueKind is JsonValueKind.Array && body.GetArrayLength() > 0 ? body[0] : body;
        if (IsObject(one) && one.TryGetProperty("data", out var data))
        {
            if (data.ValueKind is JsonValueKind.String) data = JsonSerializer.SerializeToElement(ParseNode(data.GetString()!));
            if (IsObject(data) && data.TryGetProperty("validationCode", out var code) && code.ValueKind is JsonValueKind.String)
                return code.GetString()!;
        }

        throw new MalformedEventException("A subscription validation needs data.validationCode.");
    }

    private static async Task<JsonElement> ReadBinaryModeAsync(HttpContext http)
    {
        var structured = new JsonObject();
        foreach (var (header, value) in http.Request.Headers)
        {
            if (header.StartsWith(AttributePrefix, StringComparison.OrdinalIgnoreCase))
                structured[header[AttributePrefix.Length..].ToLowerInvariant()] = Uri.UnescapeDataString(value.ToString());
        }

        var data = await BinaryData.FromStreamAsync(http.Request.Body, http.RequestAborted);
        var type = http.Request.ContentType;
        if (type is not null) structured["datacontenttype"] = type;
        if (data.Length == 0) return JsonSerializer.SerializeToElement(structured);

        if (type is null || type.Contains("json", StringComparison.OrdinalIgnoreCase)) structured["data"] = ParseNode(data.ToString());
        else structured["data_base64"] = Convert.ToBase64String(data);
        return JsonSerializer.SerializeToElement(structured);
    }

    private static bool IsObject(JsonElement element) => element.ValueKind is JsonValueKind.Object;

    private static JsonNode? ParseNode(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException exception)
        {
            throw new MalformedEventException("The event's data isn't valid JSON, which its content type says it is.", exception);
        }
    }
}
