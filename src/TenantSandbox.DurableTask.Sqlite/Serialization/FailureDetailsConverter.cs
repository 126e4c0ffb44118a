using System.Text.Json;
using System.Text.Json.Serialization;
using DurableTask.Core;

namespace TenantSandbox.DurableTask.Sqlite.Serialization;

/// <summary>Custom properties of an exception come back as JSON's own types: text, long or double, bool, list and dictionary.</summary>
internal sealed class FailureDetailsConverter : JsonConverter<FailureDetails>
{
    public override FailureDetails? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => JsonSerializer.Deserialize<Form>(ref reader, options) is not { } form ? null : new FailureDetails(
            form.Type, form.Message, form.Stack, form.Inner, form.NonRetriable, form.Properties?.ToDictionary(pair => pair.Key, pair => Plain(pair.Value)));

    public override void Write(Utf8JsonWriter writer, FailureDetails value, JsonSerializerOptions options)
    {
        var properties = value.Properties?.ToDictionary(pair => pair.Key, pair => JsonSerializer.SerializeToElement(pair.Value, options));
        var form = new Form(value.ErrorType, value.ErrorMessage, value.StackTrace, value.InnerFailure, value.IsNonRetriable, properties);
        JsonSerializer.Serialize(writer, form, options);
    }

    private static object? Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? (object)whole : value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Array => value.EnumerateArray().Select(Plain).ToList(),
        JsonValueKind.Object => value.EnumerateObject().ToDictionary(property => property.Name, property => Plain(property.Value)),
        _ => null,
    };

    private sealed record Form(
        string Type, string Message, string? Stack, FailureDetails? Inner, bool NonRetriable, Dictionary<string, JsonElement>? Properties);
}
