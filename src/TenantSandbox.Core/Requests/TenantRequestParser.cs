using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace TenantSandbox.Core.Requests;

/// <summary>
/// Reads requests, strictly: what isn't part of a request is refused by name, never ignored, and all faults are told at
/// once. Pure: the clock comes in as a value. Never throws, whatever the bytes are.
/// </summary>
public static class TenantRequestParser
{
    private static readonly JsonDocumentOptions JsonOptions = new() { MaxDepth = RequestLimits.MaxDepth };
    private static readonly string[] BareProperties = ["kind", "id", "tenantId", "revision"];
    private static readonly string[] CommonProperties = ["tenantId", "revision"];

    /// <summary>Reads the body of a request whose kind is known already: an HTTP body, or the data of a CloudEvent.</summary>
    /// <param name="utf8">JSON text.</param>
    /// <param name="kind">What is asked for.</param>
    /// <param name="now">What a time to live counts from.</param>
    public static RequestParseResult Parse(ReadOnlyMemory<byte> utf8, TenantRequestKind kind, DateTimeOffset now) =>
        Read(utf8, (root, faults) => ReadRequest(root, kind, CommonProperties, faults, now));

    /// <summary>Reads a bare request: the same, with <c>kind</c> and, if the sender likes, an <c>id</c> of its own beside the rest.</summary>
    /// <inheritdoc cref="Parse" path="/param"/>
    public static RequestParseResult ParseBare(ReadOnlyMemory<byte> utf8, DateTimeOffset now) =>
        Read(utf8, (root, faults) => ReadKind(root, faults) is { } kind ? ReadRequest(root, kind, BareProperties, faults, now) : default);

    /// <summary>Makes an offboarding of parts that came without JSON. Faults point to <c>/tenantId</c> and <c>/revision</c>.</summary>
    /// <param name="tenantId">As it was sent.</param>
    /// <param name="revision">As it was sent; null when it wasn't.</param>
    public static RequestParseResult ParseOffboard(string tenantId, string? revision)
    {
        ArgumentNullException.ThrowIfNull(tenantId);
        var faults = new ValidationFaultList();
        if (!TextRules.TenantId.Accepts(tenantId))
            faults.Add("/tenantId", ValidationFaultCodes.Format, $"Must be 1 to 40 {TextRules.TenantId.Expectation}.");
        var number = 0L;
        if (revision is not null
            && !(long.TryParse(revision, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is >= 1 and <= RequestLimits.MaxRevision))
            faults.Add("/revision", ValidationFaultCodes.Range, $"Must be an integer from 1 to {RequestLimits.MaxRevision}.");
        if (!faults.IsEmpty)
            return new RequestParseResult(null, null, faults.ToList());
        var content = new RequestContent(TenantRequestKind.Offboard, tenantId, revision is null ? null : number, null, null);
        return new RequestParseResult(content.ToRequest(null), null, []);
    }

    private static RequestParseResult Read(ReadOnlyMemory<byte> utf8, Func<JsonElement, ValidationFaultList, (TenantRequest? Request, string? Id)> read)
    {
        var faults = new ValidationFaultList();
        if (utf8.Length > RequestLimits.MaxRequestBytes)
        {
            faults.Add("", ValidationFaultCodes.TooLarge, "A request has 16 KiB (16384 bytes) at most.");
            return new RequestParseResult(null, null, faults.ToList());
        }

        (TenantRequest? Request, string? Id) result = default;
        try
        {
            if (!Utf8.IsValid(utf8.Span))
                throw new JsonException("The text is not UTF-8.");
            using var document = JsonDocument.Parse(utf8, JsonOptions);
            result = read(document.RootElement, faults);
        }
        catch (JsonException e)
        {
            faults.Add("", ValidationFaultCodes.Malformed, $"Not JSON (RFC 8259): {Spelling.Shorten(e.Message, 256)}");
        }
        catch (InvalidOperationException)
        {
            // What JsonElement says of "\ud800": valid JSON by its grammar, but not text.
            faults.Add("", ValidationFaultCodes.Malformed, "A string has an escaped half of a surrogate pair, which is not text.");
        }

        return faults.IsEmpty ? new RequestParseResult(result.Request, result.Id, []) : new RequestParseResult(null, null, faults.ToList());
    }

    private static TenantRequestKind? ReadKind(JsonElement root, ValidationFaultList faults)
    {
        if (root.ValueKind != JsonValueKind.Object)
            faults.Add("", ValidationFaultCodes.Type, "A request must be an object.");
        else if (!root.TryGetProperty("kind", out var name))
            faults.Add("/kind", ValidationFaultCodes.Required, "\"kind\" is required: \"onboard\" or \"offboard\".");
        else if (name.ValueKind != JsonValueKind.String)
            faults.Add("/kind", ValidationFaultCodes.Type, "Must be a string.");
        else if (!TenantRequestKinds.TryParse(name.GetString(), out var kind))
            faults.Add("/kind", ValidationFaultCodes.Format, "Must be \"onboard\" or \"offboard\".");
        else
            return kind;
        return null;
    }

    private static (TenantRequest?, string?) ReadRequest(JsonElement root, TenantRequestKind kind, string[] common, ValidationFaultList faults, DateTimeOffset now)
    {
        if (!kind.IsSupported())
        {
            faults.Add(common == BareProperties ? "/kind" : "", ValidationFaultCodes.NotSupported, $"\"{kind.ToWireName()}\" is not supported by this version.");
            return default;
        }

        var hasSpec = kind is TenantRequestKind.Onboard or TenantRequestKind.Update;
        if (ObjectReader.Open(root, "", faults, hasSpec ? [.. common, .. SpecReader.Properties] : common) is not { } reader)
            return default;
        var id = reader.Text("id", TextRules.Id);
        var tenantId = reader.Text("tenantId", TextRules.TenantId, required: true);
        var revision = reader.Integer("revision", 1, RequestLimits.MaxRevision, required: hasSpec);
        var (spec, timeToLive) = hasSpec ? SpecReader.Read(reader, faults, now) : default((TenantSpec?, TimeSpan?));
        if (!faults.IsEmpty)
            return default;
        var content = new RequestContent(kind, tenantId!, revision, (long?)timeToLive?.TotalSeconds, timeToLive is null ? spec : spec! with { ExpiresAt = null });
        return (content.ToRequest(spec), id);
    }
}

/// <summary>A request, or everything that is wrong with it.</summary>
/// <param name="Request">The request; null when there is a fault.</param>
/// <param name="Id">The sender's own id for a bare request, if it gave one.</param>
/// <param name="Faults">All faults, with unknown properties first in each object; empty when there is a request.</param>
public sealed record RequestParseResult(TenantRequest? Request, string? Id, IReadOnlyList<ValidationFault> Faults);
