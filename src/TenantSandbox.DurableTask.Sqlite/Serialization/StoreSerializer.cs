using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DurableTask.Core;
using DurableTask.Core.History;

namespace TenantSandbox.DurableTask.Sqlite.Serialization;

/// <summary>
/// The JSON of the store. History events are written as <c>[type, {…}, type, {…}, …]</c>, a message as
/// <c>[type, {event}, executionId, {orchestration execution context}]</c>, where type is the number of the event's <see cref="EventType"/>.
/// </summary>
internal static class StoreSerializer
{
    private static readonly JsonSerializerOptions Options = new()
    {
        TypeInfoResolver = new ContractResolver(),
        Converters = { new FailureDetailsConverter() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonTypeInfo[] EventContracts = FindEventContracts();

    private static readonly JsonTypeInfo<OrchestrationExecutionContext> ContextContract =
        (JsonTypeInfo<OrchestrationExecutionContext>)Options.GetTypeInfo(typeof(OrchestrationExecutionContext));

    public static byte[] SerializeEvents(IReadOnlyList<HistoryEvent> events) => Write((Events: events, Count: events.Count), static (writer, state) =>
    {
        for (var i = 0; i < state.Count; i++)
        {
            WriteEvent(writer, state.Events[i]);
        }
    });

    public static void DeserializeEvents(ReadOnlySpan<byte> json, List<HistoryEvent> events)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            events.Add(ReadEvent(ref reader));
        }
    }

    public static byte[] SerializeMessage(TaskMessage message) => Write(message, static (writer, message) =>
    {
        WriteEvent(writer, message.Event);
        writer.WriteStringValue(message.OrchestrationInstance.ExecutionId);
        if (message.OrchestrationExecutionContext is { } context)
        {
            JsonSerializer.Serialize(writer, context, ContextContract);
        }
    });

    public static TaskMessage DeserializeMessage(string instanceId, ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        reader.Read();
        var message = new TaskMessage { Event = ReadEvent(ref reader) };
        reader.Read();
        message.OrchestrationInstance = new OrchestrationInstance { InstanceId = instanceId, ExecutionId = reader.GetString() };
        reader.Read();
        if (reader.TokenType != JsonTokenType.EndArray)
        {
            message.OrchestrationExecutionContext = JsonSerializer.Deserialize(ref reader, ContextContract);
        }

        return message;
    }

    public static byte[]? Serialize<T>(T? value)
        where T : class
        => value is null ? null : JsonSerializer.SerializeToUtf8Bytes(value, Options);

    public static T? Deserialize<T>(byte[]? json)
        where T : class
        => json is null ? null : JsonSerializer.Deserialize<T>(json, Options);

    private static void WriteEvent(Utf8JsonWriter writer, HistoryEvent historyEvent)
    {
        writer.WriteNumberValue((int)historyEvent.EventType);
        JsonSerializer.Serialize(writer, historyEvent, EventContracts[(int)historyEvent.EventType]);
    }

    private static HistoryEvent ReadEvent(ref Utf8JsonReader reader)
    {
        var contract = EventContracts[reader.GetInt32()];
        reader.Read();
        return (HistoryEvent)JsonSerializer.Deserialize(ref reader, contract)!;
    }

    private static byte[] Write<T>(T state, Action<Utf8JsonWriter, T> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = Options.Encoder, SkipValidation = true }))
        {
            writer.WriteStartArray();
            write(writer, state);
            writer.WriteEndArray();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static JsonTypeInfo[] FindEventContracts()
    {
        var contracts = new JsonTypeInfo[Enum.GetValues<EventType>().Max(type => (int)type) + 1];
        foreach (var type in HistoryEvent.KnownTypes())
        {
            var sample = (HistoryEvent)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type);
            contracts[(int)sample.EventType] = Options.GetTypeInfo(type);
        }

        return contracts;
    }
}
