using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Isolation.Evidence;

/// <summary>
/// A report with its hash and signature, as it is stored and handed out: the canonical JSON (RFC 8785) of
/// <c>{"hash":…,"report":{…},"signature":…}</c>. There is exactly one sequence of bytes for it, so that any changed byte shows.
/// </summary>
public sealed class SignedReport
{
    private static readonly JsonSerializerOptions Options = new() { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    private SignedReport(IsolationReport report, byte[] hash, byte[] signature, byte[] content)
    {
        Report = report;
        HashBytes = hash;
        Signature = signature;
        Content = content;
    }

    /// <summary>The report.</summary>
    public IsolationReport Report { get; }

    /// <summary>Lower-case hexadecimal SHA-256 of the report's canonical JSON: of the value of <c>report</c> alone.</summary>
    public string Hash => Convert.ToHexStringLower(HashBytes.Span);

    /// <summary>The 32 bytes of <see cref="Hash"/>, which are signed.</summary>
    public ReadOnlyMemory<byte> HashBytes { get; }

    /// <summary>
    /// ECDSA on P-256 over <see cref="HashBytes"/> (ES256): R and S, 32 bytes each, big-endian. In JSON base64url without padding.
    /// </summary>
    public ReadOnlyMemory<byte> Signature { get; }

    /// <summary>The bytes to store.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>How the next report refers to it.</summary>
    public ReportLink Link => new(Report.Incarnation, Report.Number, Hash);

    /// <summary>The hash that the signature of a report is made of.</summary>
    public static byte[] HashOf(IsolationReport report) => SHA256.HashData(JsonCanonicalization.Canonicalize(ElementOf(report)));

    /// <summary>A report with its signature.</summary>
    /// <param name="report">The report.</param>
    /// <param name="signature">The signature of <see cref="HashOf"/>, in the form of <see cref="Signature"/>.</param>
    public static SignedReport Create(IsolationReport report, byte[] signature)
    {
        ArgumentNullException.ThrowIfNull(signature);
        var element = ElementOf(report);
        var hash = SHA256.HashData(JsonCanonicalization.Canonicalize(element));
        var envelope = new Envelope(Convert.ToHexStringLower(hash), element, Base64Url.EncodeToString(signature));
        return new SignedReport(report, hash, signature, JsonCanonicalization.Canonicalize(JsonSerializer.SerializeToElement(envelope, Options)));
    }

    /// <summary>Reads a stored report. Its signature still has to be verified.</summary>
    /// <exception cref="FormatException">It isn't a report, or it was changed; the message says what is wrong.</exception>
    public static SignedReport Read(ReadOnlyMemory<byte> content)
    {
        try
        {
            using var json = JsonDocument.Parse(content);
            RequireCanonical(content.Span, JsonCanonicalization.Canonicalize(json.RootElement));
            var envelope = json.RootElement.Deserialize<Envelope>(Options) ?? throw new FormatException("It is not a report: null.");
            if (envelope.Others is { Count: > 0 })
            {
                throw new FormatException($"It has the property \"{envelope.Others.Keys.First()}\" beside hash, report and signature.");
            }

            return Read(envelope, content);
        }
        catch (JsonException e)
        {
            throw new FormatException($"It is not a report: {e.Message}", e);
        }
    }

    private static SignedReport Read(Envelope envelope, ReadOnlyMemory<byte> content)
    {
        if (envelope.Report.ValueKind == JsonValueKind.Object && envelope.Report.TryGetProperty("schemaVersion", out var version)
            && version.TryGetInt32(out var number) && number > IsolationReport.CurrentSchemaVersion)
        {
            throw new FormatException($"It has schema version {number}; this program reads versions up to {IsolationReport.CurrentSchemaVersion}. Use a newer one.");
        }

        var hash = SHA256.HashData(JsonCanonicalization.Canonicalize(envelope.Report));
        var actual = Convert.ToHexStringLower(hash);
        if (envelope.Hash != actual)
        {
            throw new FormatException($"Its hash is said to be {envelope.Hash} but is {actual}: the report was changed.");
        }

        var report = envelope.Report.Deserialize<IsolationReport>(Options);
        if (report is null || report.Checks.Any(c => c is null))
        {
            throw new FormatException("It is not a report: the report, or one of its checks, is null.");
        }

        return new SignedReport(report, hash, SignatureOf(envelope.Signature), content.ToArray());
    }

    // Base64url has spare bits at the end: a text that isn't what encoding yields was changed.
    private static byte[] SignatureOf(string text)
    {
        var bytes = Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : [];
        return Base64Url.EncodeToString(bytes) == text ? bytes : throw new FormatException("Its signature is not base64url without padding: it was changed.");
    }

    private static void RequireCanonical(ReadOnlySpan<byte> content, ReadOnlySpan<byte> canonical)
    {
        if (!content.SequenceEqual(canonical))
        {
            throw new FormatException(
                $"It is not in canonical form (RFC 8785), which begins to differ at byte {content.CommonPrefixLength(canonical)}: it was changed or reformatted.");
        }
    }

    private static JsonElement ElementOf(IsolationReport report) => JsonSerializer.SerializeToElement(report, Options);

    private sealed record Envelope(
        [property: JsonPropertyName("hash")] string Hash,
        [property: JsonPropertyName("report")] JsonElement Report,
        [property: JsonPropertyName("signature")] string Signature)
    {
        [JsonExtensionData]
        public Dictionary<string, JsonElement>? Others { get; init; }
    }
}
