using System.Globalization;
using System.Text.Json;

namespace TenantSandbox.Core.Requests;

/// <summary>
/// Parses and validates requests strictly: unknown properties are rejected by name, never ignored, and all validation faults are
/// reported at once. Pure: the current time is a parameter. Never throws, whatever the bytes are.
/// </summary>
public static class TenantRequestParser
{
    private static readonly string[] BareProperties = ["kind", "id", "tenantId", "revision"];
    private static readonly string[] CommonProperties = ["tenantId", "revision"];
    private static readonly string Kinds = string.Join(" or ", ((string[])[string.Join(", ", TenantRequestKinds.WireNames.SkipLast(1).Select(Quote)), Quote(TenantRequestKinds.WireNames[^1])]));

    /// <summary>Parses a request whose kind is already known: an HTTP body, or the data of a CloudEvent.</summary>
    /// <param name="utf8">JSON text.</param>
    /// <param name="kind">The kind of request.</param>
    /// <param name="now">Current time; a time to live is added to it.</param>
    /// <param name="rules">What the installation allows; null for the defaults.</param>
    public static RequestParseResult Parse(ReadOnlyMemory<byte> utf8, TenantRequestKind kind, DateTimeOffset now, InstallationRules? rules = null) =>
        Read(utf8, (root, faults) => ReadRequest(root, kind, CommonProperties, faults, now, rules));

    /// <summary>Parses a bare request: the same properties, with <c>kind</c> and optionally the sender's <c>id</c>.</summary>
    /// <inheritdoc cref="Parse" path="/param"/>
    public static RequestParseResult ParseBare(ReadOnlyMemory<byte> utf8, DateTimeOffset now, InstallationRules? rules = null) =>
        Read(utf8, (root, faults) => ReadKind(root, faults) is { } kind ? ReadRequest(root, kind, BareProperties, faults, now, rules) : default);

    /// <summary>Parses an update whose tenant, and optionally revision, were sent outside its JSON.</summary>
    /// <param name="utf8">JSON text. <c>tenantId</c> may be given, and must then be <paramref name="tenantId"/>.</param>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="revision">The revision of a request that has none; null when the JSON must have it.</param>
    /// <param name="now">Current time; a time to live is added to it.</param>
    /// <param name="rules">What the installation allows; null for the defaults.</param>
    public static RequestParseResult ParseUpdate(
        ReadOnlyMemory<byte> utf8, string tenantId, long? revision, DateTimeOffset now, InstallationRules? rules = null) =>
        Read(utf8, (root, faults) => ReadRequest(root, TenantRequestKind.Update, CommonProperties, faults, now, rules, tenantId, revision));

    /// <summary>Builds an offboarding from values that were sent outside JSON. Validation faults point to <c>/tenantId</c> and <c>/revision</c>.</summary>
    /// <param name="tenantId">The value as sent.</param>
    /// <param name="revision">The value as sent; null when absent.</param>
    public static RequestParseResult ParseOffboard(string tenantId, string? revision)
    {
        ArgumentNullException.ThrowIfNull(tenantId);
        var faults = new ValidationFaultList();
        if (!TextRules.TenantId.Accepts(tenantId))
        {
            faults.Add("/tenantId", ValidationFaultCodes.Format, $"Must be 1 to 40 {TextRules.TenantId.Expectation}.");
        }

        var number = 0L;
        if (revision is not null
            && !(long.TryParse(revision, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is >= 1 and <= RequestLimits.MaxRevision))
        {
            faults.Add("/revision", ValidationFaultCodes.Range, $"Must be an integer from 1 to {RequestLimits.MaxRevision}.");
        }

        if (!faults.IsEmpty)
        {
            return new RequestParseResult(null, null, faults.ToList());
        }

        long? given = revision is null ? null : number;
        var hash = RequestContent.HashOf(TenantRequestKind.Offboard, tenantId, given, null, null, null);
        return new RequestParseResult(new TenantRequest(TenantRequestKind.Offboard, tenantId, given, null, hash), null, []);
    }

    private static RequestParseResult Read(ReadOnlyMemory<byte> utf8, Func<JsonElement, ValidationFaultList, ParsedRequest> read)
    {
        var faults = RequestJson.Read(utf8, read, out var result);
        return new(result.Request, result.Id, faults, result.Spec, result.Notes);
    }

    private static TenantRequestKind? ReadKind(JsonElement root, ValidationFaultList faults)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            faults.Add("", ValidationFaultCodes.Type, "A request must be an object.");
        }
        else if (!root.TryGetProperty("kind", out var name))
        {
            faults.Add("/kind", ValidationFaultCodes.Required, $"\"kind\" is required: {Kinds}.");
        }
        else if (name.ValueKind != JsonValueKind.String)
        {
            faults.Add("/kind", ValidationFaultCodes.Type, "Must be a string.");
        }
        else if (!TenantRequestKinds.TryParse(name.GetString(), out var kind))
        {
            faults.Add("/kind", ValidationFaultCodes.Format, $"Must be {Kinds}.");
        }
        else
        {
            return kind;
        }

        return null;
    }

    private static string Quote(string name) => $"\"{name}\"";

    private static ParsedRequest ReadRequest(JsonElement root, TenantRequestKind kind, string[] common, ValidationFaultList faults, DateTimeOffset now, InstallationRules? rules, string? knownTenantId = null, long? knownRevision = null)
    {
        if (ObjectReader.Open(root, "", faults, [.. common, .. PropertiesOf(kind)]) is not { } reader)
        {
            return default;
        }

        var id = reader.Text("id", TextRules.Id);
        var tenantId = reader.Text("tenantId", TextRules.TenantId, required: knownTenantId is null) ?? knownTenantId;
        var revision = reader.Integer("revision", 1, RequestLimits.MaxRevision, required: kind.HasSpec() && knownRevision is null) ?? knownRevision;
        if (knownTenantId is not null && !TextRules.TenantId.Accepts(knownTenantId))
        {
            reader.AddFault("tenantId", ValidationFaultCodes.Format, $"Must be 1 to 40 {TextRules.TenantId.Expectation}.");
        }
        else if (knownTenantId is not null && tenantId != knownTenantId)
        {
            reader.AddFault("tenantId", SpecDifferences.Code, "Must be the tenant of the path, or absent.");
        }

        var spec = kind.HasSpec() ? SpecReader.Read(reader, tenantId, rules ?? InstallationRules.Default, faults) : null;
        var (expiry, timeToLive) = kind.HasSpec() || kind == TenantRequestKind.Renew
            ? ExpiryReader.Read(reader, now, required: kind == TenantRequestKind.Renew)
            : default((TenantExpiry?, TimeSpan?));
        if (!faults.IsEmpty)
        {
            return default;
        }

        var hash = RequestContent.HashOf(kind, tenantId!, revision, spec, expiry, timeToLive);
        return new(new TenantRequest(kind, tenantId!, revision, spec is null ? null : SpecRef.Of(spec), hash, expiry), spec, id, faults.Notes);
    }

    private static string[] PropertiesOf(TenantRequestKind kind) =>
        kind.HasSpec() ? [.. SpecReader.Properties, .. ExpiryReader.Properties]
        : kind == TenantRequestKind.Renew ? ExpiryReader.Properties
        : [];

    private readonly record struct ParsedRequest(TenantRequest? Request, TenantSpec? Spec, string? Id, IReadOnlyList<RequestNote>? Notes);
}

/// <summary>A valid request, or its validation faults.</summary>
/// <param name="Request">The request; null when there are faults.</param>
/// <param name="Id">The sender's id of a bare request; null when absent.</param>
/// <param name="Faults">All validation faults, with unknown properties first in each object; empty when there is a request.</param>
/// <param name="Spec">The request's desired state, which must be stored before the request is submitted; null when it has none.</param>
/// <param name="Notes">What was changed in a valid request; null or empty for nothing.</param>
public sealed record RequestParseResult(
    TenantRequest? Request, string? Id, IReadOnlyList<ValidationFault> Faults, TenantSpec? Spec = null, IReadOnlyList<RequestNote>? Notes = null);
