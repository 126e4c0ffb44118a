using System.Text.Json;
using Microsoft.DurableTask;

namespace TenantSandbox.Functions.Operations;

/// <summary>
/// Reads why an orchestration failed from its output. The Azure Storage backend returns no failure details over the client,
/// only this text: failure details as JSON, a JSON string, or "{type}: {message}" with a stack trace below.
/// </summary>
internal static class FailureText
{
    public static TaskFailureDetails? Read(string? output)
    {
        if (string.IsNullOrWhiteSpace(output))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(output);
            return document.RootElement.ValueKind switch
            {
                JsonValueKind.Object => FromJson(document.RootElement),
                JsonValueKind.String => FromText(document.RootElement.GetString()!),
                _ => FromText(output),
            };
        }
        catch (JsonException)
        {
            return FromText(output);
        }
    }

    private static TaskFailureDetails? FromJson(JsonElement json) =>
        Text(json, "ErrorMessage") is { } message
            ? new TaskFailureDetails(
                Text(json, "ErrorType") ?? "Failed",
                message,
                null,
                Property(json, "InnerFailure") is { ValueKind: JsonValueKind.Object } inner ? FromJson(inner) : null,
                null)
            : FromText(json.GetRawText());

    private static TaskFailureDetails FromText(string text)
    {
        var line = text.Trim().Split('\n')[0].TrimEnd('\r');
        var end = line.IndexOf(": ", StringComparison.Ordinal);
        return end > 0 && line[..end].EndsWith("Exception", StringComparison.Ordinal) && !line[..end].Contains(' ', StringComparison.Ordinal)
            ? new TaskFailureDetails(line[..end], line[(end + 2)..], null, null, null)
            : new TaskFailureDetails("Failed", line, null, null, null);
    }

    private static string? Text(JsonElement json, string name) =>
        Property(json, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    // The names' case depends on the serializer of the backend.
    private static JsonElement? Property(JsonElement json, string name)
    {
        foreach (var property in json.EnumerateObject())
        {
            if (string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase))
            {
                return property.Value;
            }
        }

        return null;
    }
}
