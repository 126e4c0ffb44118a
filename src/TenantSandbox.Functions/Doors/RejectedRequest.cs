using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Doors;

/// <summary>A message of the queue of rejected requests: a rejected message, or a part of one.</summary>
/// <param name="Door">Where it arrived: an event function or a queue.</param>
/// <param name="RejectedAt">When it was rejected.</param>
/// <param name="CorrelationId">Equal in all parts of one message.</param>
/// <param name="Part">The part's number, from 1.</param>
/// <param name="PartCount">The number of parts.</param>
/// <param name="Faults">Why it was rejected; empty in all parts but the first.</param>
/// <param name="Message">The original, character by character; all parts in order if there are several.</param>
internal sealed record RejectedRequest(
    [property: JsonPropertyName("door")] string Door,
    [property: JsonPropertyName("rejectedAt")] DateTimeOffset RejectedAt,
    [property: JsonPropertyName("correlationId")] string CorrelationId,
    [property: JsonPropertyName("part")] int Part,
    [property: JsonPropertyName("parts")] int PartCount,
    [property: JsonPropertyName("faults")] IReadOnlyList<ValidationFault> Faults,
    [property: JsonPropertyName("message")] string Message)
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The texts of the parts, each of at most <paramref name="maxBytes"/> in UTF-8. An event can have 1 MB.</summary>
    public static IReadOnlyList<string> Split(RejectedRequest whole, int maxBytes)
    {
        // Widest numbers: the count is known only at the end.
        var first = Bounded(whole with { Part = int.MaxValue, PartCount = int.MaxValue, Message = "" }, maxBytes / 2);
        var others = first with { Faults = [] };
        var (firstRoom, room) = (maxBytes - Size(first), maxBytes - Size(others));
        var texts = new List<string>();
        var rest = whole.Message;
        do
        {
            var length = Fit(rest, texts.Count == 0 ? firstRoom : room);
            texts.Add(rest[..length]);
            rest = rest[length..];
        }
        while (rest.Length > 0);

        return
        [
            .. texts.Select((text, i) => JsonSerializer.Serialize(
                (i == 0 ? first : others) with { Part = i + 1, PartCount = texts.Count, Message = text },
                Json)),
        ];
    }

    // The faults of a hostile request can be long, and the message matters more.
    private static RejectedRequest Bounded(RejectedRequest request, int maxBytes)
    {
        while (Size(request) > maxBytes && request.Faults.Count > 1)
        {
            request = request with { Faults = [.. request.Faults.Take(request.Faults.Count / 2)] };
        }

        return request;
    }

    /// <summary>The number of characters from the start that have at most <paramref name="room"/> bytes when escaped.</summary>
    private static int Fit(string text, int room)
    {
        // A character has at least one byte, so that more of them can't fit.
        var length = WholeCharacters(text, Math.Min(text.Length, room));
        while (JsonEncodedText.Encode(text.AsSpan(0, length), Json.Encoder).EncodedUtf8Bytes.Length > room)
        {
            length = WholeCharacters(text, length - Math.Max(1, length / 8));
        }

        return length;
    }

    // Half a surrogate pair is no text.
    private static int WholeCharacters(string text, int length) =>
        length > 0 && length < text.Length && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length;

    private static int Size(RejectedRequest request) => JsonSerializer.SerializeToUtf8Bytes(request, Json).Length;
}
