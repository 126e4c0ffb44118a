using Newtonsoft.Json.Linq;
using TenantSandbox.Hosting.Worker;
using TenantSandbox.Hosting.Worker.Messages;

namespace TenantSandbox.Hosting.EventGrid;

/// <summary>The input of one call of an Event Grid function: one event, or all events of a delivery for a batched function.</summary>
internal sealed record EventInvocation(TypedData Value, IReadOnlyDictionary<string, TypedData> Metadata)
{
    public static IReadOnlyList<EventInvocation> For(FunctionDefinition function, IReadOnlyList<JObject> events) =>
        IsBatched(function)
            ? [From(new JArray(events), new JArray(events.Select(item => item["data"] ?? JValue.CreateNull())))]
            : [.. events.Select(item => From(item, item["data"]))];

    private static EventInvocation From(JToken value, JToken? data)
    {
        var metadata = new Dictionary<string, TypedData>();
        if (data is not null)
        {
            metadata["data"] = new TypedData { Json = DeliveredEvents.Write(data) };
        }

        return new EventInvocation(new TypedData { Json = DeliveredEvents.Write(value) }, metadata);
    }

    private static bool IsBatched(FunctionDefinition function) =>
        function.Trigger.TryGetProperty("cardinality", out var cardinality)
        && "many".Equals(cardinality.GetString(), StringComparison.OrdinalIgnoreCase);
}
