using System.Globalization;
using DurableTask.Core.History;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace TenantSandbox.Testing.Determinism;

/// <summary>The history of one execution of an orchestration, in the JSON form that DurableTask.Core's client returns. Kept in a file, it is a golden history.</summary>
public sealed class RecordedRun
{
    private static readonly Dictionary<int, Type> EventTypes = HistoryEvent.KnownTypes().ToDictionary(EventTypeOf);

    private static readonly JsonSerializerSettings Settings = new()
    {
        Converters = { new EventConverter() },
        DateParseHandling = DateParseHandling.None,
        Formatting = Formatting.Indented,
        NullValueHandling = NullValueHandling.Ignore,
    };

    private RecordedRun(IReadOnlyList<HistoryEvent> events)
    {
        Events = events;
        Start = events.OfType<ExecutionStartedEvent>().FirstOrDefault() ?? throw new JsonException("The history has no ExecutionStarted event.");
    }

    /// <summary>All events, oldest first.</summary>
    public IReadOnlyList<HistoryEvent> Events { get; }

    /// <summary>The orchestration's name.</summary>
    public string Name => Start.Name;

    /// <summary>The version that it was started with.</summary>
    public string Version => Start.Version;

    /// <summary>Its instance id.</summary>
    public string InstanceId => Start.OrchestrationInstance.InstanceId;

    private ExecutionStartedEvent Start { get; }

    /// <exception cref="JsonException">The text isn't a history.</exception>
    public static RecordedRun FromJson(string json) =>
        new(JsonConvert.DeserializeObject<List<HistoryEvent>>(json, Settings) ?? throw new JsonException("A history can't be null."));

    /// <summary>The history without stack traces, which contain paths of the machine that recorded them.</summary>
    public string ToJson()
    {
        var events = JArray.FromObject(Events, JsonSerializer.Create(Settings));
        foreach (var stack in events.Descendants().OfType<JProperty>().Where(property => property.Name == "StackTrace").ToList())
        {
            stack.Remove();
        }

        return events.ToString(Formatting.Indented) + "\n";
    }

    private static int EventTypeOf(Type type) => (int)((HistoryEvent)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type)).EventType;

    /// <summary>Reads an event as the type that its number names.</summary>
    private sealed class EventConverter : JsonConverter
    {
        public override bool CanWrite => false;

        public override bool CanConvert(Type objectType) => objectType == typeof(HistoryEvent);

        public override object? ReadJson(JsonReader reader, Type objectType, object? existingValue, JsonSerializer serializer)
        {
            var json = JObject.Load(reader);
            var number = Convert.ToInt32(((JValue?)json["EventType"])?.Value ?? -1, CultureInfo.InvariantCulture);
            return EventTypes.TryGetValue(number, out var type)
                ? json.ToObject(type, serializer)
                : throw new JsonException($"{number} is no type of a history event.");
        }

        public override void WriteJson(JsonWriter writer, object? value, JsonSerializer serializer) => throw new NotSupportedException();
    }
}
