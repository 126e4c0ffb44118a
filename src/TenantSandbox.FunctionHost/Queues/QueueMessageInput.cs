using System.Text;
using System.Text.Json;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Google.Protobuf;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using TenantSandbox.Hosting.Worker;
using TenantSandbox.Hosting.Worker.Messages;

namespace TenantSandbox.Hosting.Queues;

/// <summary>Turns a queue message into what the worker gets from the Storage extension (Storage.Queues 5.3.10).</summary>
internal static class QueueMessageInput
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The message with its body as the sender wrote it.</summary>
    /// <exception cref="FormatException">The body isn't base64, which the encoding says it is.</exception>
    public static QueueMessage Decode(QueueMessage received, QueueMessageEncoding encoding) =>
        encoding is QueueMessageEncoding.None
            ? received
            : QueuesModelFactory.QueueMessage(
                received.MessageId,
                received.PopReceipt,
                BinaryData.FromBytes(Convert.FromBase64String(received.Body.ToString())),
                received.DequeueCount,
                received.NextVisibleOn,
                received.InsertedOn,
                received.ExpiresOn);

    /// <summary>
    /// The trigger's value: the whole message as binding data where the binding supports that (BinaryData, QueueMessage), bytes
    /// where it asks for binary data, else the text.
    /// </summary>
    /// <exception cref="DecoderFallbackException">The body isn't UTF-8 text.</exception>
    public static TypedData ValueOf(FunctionDefinition function, QueueMessage message)
    {
        if (SupportsDeferredBinding(function.Trigger))
        {
            return new TypedData
            {
                ModelBindingData = new ModelBindingData
                {
                    Version = "1.0",
                    Source = "AzureStorageQueues",
                    ContentType = "application/json",
                    Content = ByteString.CopyFrom(new BinaryData(message)),
                },
            };
        }

        return TextOf(function.Trigger, "dataType") is { } dataType && dataType.Equals("binary", StringComparison.OrdinalIgnoreCase)
            ? new TypedData { Bytes = ByteString.CopyFrom(message.Body) }
            : new TypedData { String = StrictUtf8.GetString(message.Body) };
    }

    /// <summary>
    /// The trigger's metadata. If the value is text that holds a JSON object, its properties are added, as the real host does; arrays
    /// and nulls are left out.
    /// </summary>
    public static IReadOnlyDictionary<string, TypedData> MetadataOf(QueueMessage message, TypedData value)
    {
        var metadata = new Dictionary<string, TypedData>(StringComparer.OrdinalIgnoreCase)
        {
            ["DequeueCount"] = new TypedData { Json = JsonConvert.SerializeObject(message.DequeueCount) },
            ["ExpirationTime"] = Time(message.ExpiresOn),
            ["Id"] = new TypedData { String = message.MessageId },
            ["InsertionTime"] = Time(message.InsertedOn),
            ["NextVisibleTime"] = Time(message.NextVisibleOn),
            ["PopReceipt"] = new TypedData { String = message.PopReceipt },
        };
        try
        {
            metadata["QueueTrigger"] = new TypedData { String = StrictUtf8.GetString(message.Body) };
        }
        catch (DecoderFallbackException)
        {
            // A body that isn't text has no QueueTrigger, as on the real host.
        }

        if (value.DataCase is TypedData.DataOneofCase.String)
        {
            AddProperties(metadata, value.String);
        }

        return metadata;
    }

    private static void AddProperties(Dictionary<string, TypedData> metadata, string text)
    {
        try
        {
            foreach (var property in JObject.Parse(text).Properties())
            {
                if (property.Value is JObject value)
                {
                    metadata[property.Name] = new TypedData { Json = value.ToString(Formatting.None) };
                }
                else if (property.Value is JValue && (string?)property.Value is { } scalar)
                {
                    metadata[property.Name] = new TypedData { String = scalar };
                }
            }
        }
        catch (JsonReaderException)
        {
            // A message may be any text.
        }
    }

    private static bool SupportsDeferredBinding(JsonElement trigger) =>
        trigger.TryGetProperty("properties", out var properties)
        && properties.ValueKind is JsonValueKind.Object
        && properties.EnumerateObject().Any(property =>
            property.Name.Equals("supportsDeferredBinding", StringComparison.OrdinalIgnoreCase)
            && bool.TryParse(property.Value.ToString(), out var isSupported)
            && isSupported);

    private static string? TextOf(JsonElement trigger, string property) =>
        trigger.TryGetProperty(property, out var value) ? value.GetString() : null;

    private static TypedData Time(DateTimeOffset? time) =>
        new() { Json = JsonConvert.SerializeObject(time ?? DateTimeOffset.MaxValue) };
}
