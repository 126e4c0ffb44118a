using System.Globalization;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using TenantSandbox.Local.Hosting.Invocation;

namespace TenantSandbox.Local.Hosting.Queues;

/// <summary>Turns a message into the type of a function's parameter, and into the trigger's metadata.</summary>
internal static class MessageBinding
{
    public static void RequireSupported(FunctionDescriptor function)
    {
        var type = function.TriggerParameter.ParameterType;
        if (type != typeof(string) && type != typeof(BinaryData) && type != typeof(QueueMessage))
            throw function.Fault($"a queue message can't be a {type.Name}; use string, BinaryData or QueueMessage.");
    }

    /// <exception cref="MessageEncodingException">The text isn't base64 and should be.</exception>
    public static object Convert(QueueMessage message, QueueMessageEncoding encoding, Type type)
    {
        var body = Decode(message.Body, encoding);
        if (type == typeof(BinaryData)) return body;
        return type == typeof(string)
            ? body.ToString()
            : QueuesModelFactory.QueueMessage(
                message.MessageId,
                message.PopReceipt,
                body,
                message.DequeueCount,
                message.NextVisibleOn,
                message.InsertedOn,
                message.ExpiresOn);
    }

    /// <summary>The names that the real host gives; every value is text, as it comes over its wire.</summary>
    public static IReadOnlyDictionary<string, object?> Metadata(QueueMessage message) => new Dictionary<string, object?>
    {
        ["QueueTrigger"] = message.MessageText,
        ["DequeueCount"] = message.DequeueCount.ToString(CultureInfo.InvariantCulture),
        ["Id"] = message.MessageId,
        ["PopReceipt"] = message.PopReceipt,
        ["InsertionTime"] = Time(message.InsertedOn),
        ["ExpirationTime"] = Time(message.ExpiresOn),
        ["NextVisibleTime"] = Time(message.NextVisibleOn),
    };

    private static BinaryData Decode(BinaryData body, QueueMessageEncoding encoding)
    {
        if (encoding is not QueueMessageEncoding.Base64) return body;

        try
        {
            return BinaryData.FromBytes(System.Convert.FromBase64String(body.ToString()));
        }
        catch (FormatException exception)
        {
            throw new MessageEncodingException(exception);
        }
    }

    private static string? Time(DateTimeOffset? time) => time?.ToString("O", CultureInfo.InvariantCulture);
}
