using System.Text.Json;
using Azure.Messaging;
using Azure.Messaging.EventGrid;
using Microsoft.Azure.Functions.Worker;
using TenantSandbox.Local.Hosting.Invocation;

namespace TenantSandbox.Local.Hosting.EventGrid;

/// <summary>Turns delivered events into the type that a function's parameter has; one call an event, or one for all if batched.</summary>
internal static class EventBinding
{
    private static readonly Dictionary<Type, Func<JsonElement, object>> Converters = new()
    {
        [typeof(CloudEvent)] = one => CloudEvent.Parse(BinaryData.FromString(one.GetRawText()))!,
        [typeof(EventGridEvent)] = one => EventGridEvent.Parse(BinaryData.FromString(one.GetRawText())),
        [typeof(BinaryData)] = one => BinaryData.FromString(one.GetRawText()),
        [typeof(string)] = one => one.GetRawText(),
    };

    public static void RequireSupported(FunctionDescriptor function)
    {
        var type = function.TriggerParameter.ParameterType;
        var batched = ((EventGridTriggerAttribute)function.Trigger).IsBatched;
        if (batched != type.IsArray)
            throw function.Fault(
                $"IsBatched is {batched}, so the parameter '{function.TriggerParameter.Name}' must {(batched ? "" : "not ")}be an array.");
        if (!Converters.ContainsKey(ItemType(type)))
            throw function.Fault($"an event can't be a {ItemType(type).Name}; use CloudEvent, EventGridEvent, BinaryData or string.");
    }

    /// <summary>The trigger's value for each call.</summary>
    /// <exception cref="MalformedEventException">An event isn't of the parameter's schema; no call is made for any of them.</exception>
    public static IEnumerable<object> Arguments(FunctionDescriptor function, IReadOnlyList<JsonElement> events)
    {
        var type = function.TriggerParameter.ParameterType;
        var items = events.Select((one, index) => Convert(one, index, ItemType(type))).ToArray();
        if (!type.IsArray) return items;

        var batch = Array.CreateInstance(ItemType(type), items.Length);
        Array.Copy(items, batch, items.Length);
        return [batch];
    }

    private static Type ItemType(Type type) => type.IsArray ? type.GetElementType()! : type;

    private static object Convert(JsonElement one, int index, Type type)
    {
        try
        {
            return Converters[type](one);
        }
        catch (Exception exception) when (exception is ArgumentException or JsonException or InvalidOperationException or FormatException)
        {
            throw new MalformedEventException($"Event {index} isn't a valid {type.Name}: {exception.Message}", exception);
        }
    }
}
