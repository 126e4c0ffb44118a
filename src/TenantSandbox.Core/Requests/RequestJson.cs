using System.Text.Json;
using System.Text.Unicode;

namespace TenantSandbox.Core.Requests;

/// <summary>Reads the JSON text of a request. Never throws, whatever the bytes are.</summary>
internal static class RequestJson
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = RequestLimits.MaxDepth };

    /// <summary>Parses the text and reads its root.</summary>
    /// <param name="utf8">JSON text.</param>
    /// <param name="read">Reads the root and adds validation faults.</param>
    /// <param name="result">What was read; the default when there are faults.</param>
    /// <returns>All validation faults.</returns>
    public static IReadOnlyList<ValidationFault> Read<T>(ReadOnlyMemory<byte> utf8, Func<JsonElement, ValidationFaultList, T?> read, out T? result)
    {
        var faults = new ValidationFaultList();
        result = default;
        if (utf8.Length > RequestLimits.MaxRequestBytes)
        {
            faults.Add("", ValidationFaultCodes.TooLarge, "A request may have at most 256 KiB (262144 bytes).");
            return faults.ToList();
        }

        try
        {
            if (!Utf8.IsValid(utf8.Span))
            {
                throw new JsonException("The text is not UTF-8.");
            }

            using var document = JsonDocument.Parse(utf8, Options);
            result = read(document.RootElement, faults);
        }
        catch (JsonException e)
        {
            faults.Add("", ValidationFaultCodes.Malformed, $"Not JSON (RFC 8259): {Spelling.Shorten(e.Message, 256)}");
        }
        catch (InvalidOperationException)
        {
            // JsonElement throws this for "\ud800", which is valid JSON grammar but not valid Unicode.
            faults.Add("", ValidationFaultCodes.Malformed, "Contains an unpaired UTF-16 surrogate escape.");
        }

        if (!faults.IsEmpty)
        {
            result = default;
        }

        return faults.ToList();
    }
}
