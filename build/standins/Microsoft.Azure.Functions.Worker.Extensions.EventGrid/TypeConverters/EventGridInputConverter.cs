using System.Text.Json;
using Azure.Messaging;
using Azure.Messaging.EventGrid;
using Microsoft.Azure.Functions.Worker.Converters;

namespace Microsoft.Azure.Functions.Worker.Extensions.EventGrid.TypeConverters;

/// <summary>
/// Makes a trigger's argument from the JSON text that the host sends: one event, or an array of events. A single string needs no
/// conversion and is left to the worker's own converters.
/// </summary>
[SupportedTargetType(typeof(CloudEvent))]
[SupportedTargetType(typeof(CloudEvent[]))]
[SupportedTargetType(typeof(EventGridEvent))]
[SupportedTargetType(typeof(EventGridEvent[]))]
[SupportedTargetType(typeof(BinaryData))]
[SupportedTargetType(typeof(BinaryData[]))]
[SupportedTargetType(typeof(string[]))]
internal sealed class EventGridInputConverter : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(Convert(context.TargetType, context.Source));
    }

    private static ConversionResult Convert(Type targetType, object? source)
    {
        if (source is not string json)
        {
            return Failed(targetType, $"the host sent {source?.GetType().Name ?? "nothing"} and not the JSON text of an event");
        }

        try
        {
            return targetType == typeof(BinaryData) ? ConversionResult.Success(BinaryData.FromString(json))
                : targetType == typeof(BinaryData[]) ? ConversionResult.Success(Texts(json).Select(BinaryData.FromString).ToArray())
                : targetType == typeof(string[]) ? ConversionResult.Success(Texts(json).ToArray())
                : JsonSerializer.Deserialize(json, targetType) is { } events ? ConversionResult.Success(events)
                : Failed(targetType, "the JSON text is null");
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException or InvalidOperationException or FormatException)
        {
            return Failed(targetType, failure.Message, failure);
        }
    }

    /// <summary>The array's elements: strings by their value, everything else by its JSON text as it was received.</summary>
    private static IEnumerable<string> Texts(string json)
    {
        var elements = JsonSerializer.Deserialize<JsonElement[]>(json) ?? throw new JsonException("null was received instead of an array of events.");
        return elements.Select(element => element.ValueKind == JsonValueKind.Null
            ? throw new JsonException("An event of the array is null.")
            : element.ToString());
    }

    private static ConversionResult Failed(Type targetType, string reason, Exception? cause = null) => ConversionResult.Failed(
        new InvalidOperationException(
            $"The Event Grid trigger can't make {targetType.Name} of what was received: {reason} Bind the parameter as string, or string[] with IsBatched, to take events as they come.",
            cause));
}
