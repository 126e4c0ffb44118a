using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace TenantSandbox.Hosting.EventGrid;

/// <summary>
/// Parses and writes events as the host's Event Grid extension does (WebJobs.Extensions.EventGrid 3.3.0): with Newtonsoft.Json and
/// its defaults. So a string that looks like a date with an offset arrives as another text for the same time, the last of several
/// properties of one name wins, and numbers are written anew. Data in <c>data_base64</c> stays as it is.
/// </summary>
internal static class DeliveredEvents
{
    /// <exception cref="MalformedEventException">The text isn't JSON.</exception>
    public static JToken Parse(string text)
    {
        try
        {
            return JToken.Parse(text);
        }
        catch (JsonException exception)
        {
            throw new MalformedEventException($"The body isn't valid JSON: {exception.Message}", exception);
        }
    }

    /// <summary>The events of a notification: one object, or an array of them.</summary>
    /// <exception cref="MalformedEventException">The body isn't one or more JSON objects.</exception>
    public static IReadOnlyList<JObject> Of(JToken body) => body switch
    {
        JObject single => [single],
        JArray batch when batch.All(item => item is JObject) => [.. batch.Cast<JObject>()],
        JArray => throw new MalformedEventException("The array holds something that isn't an event object."),
        _ => throw new MalformedEventException($"The body is a JSON {body.Type}; send an event object or an array of them."),
    };

    /// <summary>The code of a SubscriptionValidationEvent: in an array (Event Grid schema), or alone, with its data as text (CloudEvents).</summary>
    /// <exception cref="MalformedEventException">There is none.</exception>
    public static string ValidationCode(JToken body)
    {
        var data = (body is JArray { Count: > 0 } array ? array[0] : body) is JObject validation ? validation["data"] : null;
        if (data is JValue { Value: string text })
        {
            data = Parse(text);
        }

        return data is JObject values && values["validationCode"] is JValue { Value: string code }
            ? code
            : throw new MalformedEventException("A subscription validation needs data.validationCode.");
    }

    /// <summary>Writes JSON in one line, as it is sent to the worker.</summary>
    public static string Write(JToken token)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var json = new UtcJsonWriter(text))
        {
            token.WriteTo(json);
        }

        return text.ToString();
    }

    /// <summary>Writes local times as a machine in UTC does, which hosts in Azure are, whatever this machine's time zone is.</summary>
    private sealed class UtcJsonWriter(TextWriter text) : JsonTextWriter(text)
    {
        public override void WriteValue(DateTime value)
        {
            if (value.Kind is not DateTimeKind.Local)
            {
                base.WriteValue(value);
                return;
            }

            // The parser cuts what lies beyond the calendar's ends off; the ends have no offset.
            var isEnd = value == DateTime.MinValue || value == DateTime.MaxValue;
            WriteValue(new DateTimeOffset(isEnd ? value.Ticks : value.ToUniversalTime().Ticks, TimeSpan.Zero));
        }
    }
}
