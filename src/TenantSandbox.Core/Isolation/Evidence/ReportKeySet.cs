using System.Security.Cryptography;
using System.Text.Json;

namespace TenantSandbox.Core.Isolation.Evidence;

/// <summary>The public keys that reports are verified with, by their ids.</summary>
public sealed class ReportKeySet
{
    private const string PublicKeyLabel = "PUBLIC KEY";

    private readonly Dictionary<string, ReportKey> _keys;

    /// <param name="keys">The keys; one may be there twice.</param>
    public ReportKeySet(IEnumerable<ReportKey> keys) => _keys = keys.DistinctBy(k => k.Id).ToDictionary(k => k.Id, StringComparer.Ordinal);

    /// <summary>The keys' ids, sorted.</summary>
    public IReadOnlyList<string> Ids => [.. _keys.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Null when the set doesn't have the key.</summary>
    public ReportKey? Find(string id) => _keys.GetValueOrDefault(id);

    /// <summary>
    /// Reads keys: PEM with one or more <c>PUBLIC KEY</c>s, a JWK, or a JWK set. Keys of a set that are of another kind than EC on P-256 are
    /// skipped, as RFC 7517 demands. The ids that a set states don't count: a key's id is computed from the key.
    /// </summary>
    /// <exception cref="FormatException">There is no usable key; the message says why.</exception>
    public static ReportKeySet Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var start = text.AsSpan().TrimStart();
        var keys = start.StartsWith("{") ? FromJson(text) : start.StartsWith("-----BEGIN") ? FromPem(text) : throw new FormatException(
            "It is neither PEM nor a JWK set.");
        return keys.Count > 0 ? new ReportKeySet(keys) : throw new FormatException("It has no public key of the kind that signs reports (EC on the curve P-256).");
    }

    private static List<ReportKey> FromPem(string text)
    {
        List<ReportKey> keys = [];
        var rest = text.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            var label = rest[fields.Label].ToString();
            if (label != PublicKeyLabel)
            {
                throw new FormatException($"It has a {label}. Reports are verified with a {PublicKeyLabel} (openssl pkey -pubout); a private key belongs nowhere else.");
            }

            try
            {
                using var key = ECDsa.Create();
                key.ImportFromPem(rest[fields.Location]);
                keys.Add(ReportKey.Of(key));
            }
            catch (Exception e) when (e is CryptographicException or ArgumentException)
            {
                throw new FormatException($"The {PublicKeyLabel} is not an EC key on P-256.", e);
            }

            rest = rest[fields.Location.End..];
        }

        return keys;
    }

    private static List<ReportKey> FromJson(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.TryGetProperty("keys", out var set)
                ? [.. set.EnumerateArray().Select(FromJwk).OfType<ReportKey>()]
                : FromJwk(json.RootElement) is { } key ? [key] : [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or CryptographicException)
        {
            throw new FormatException($"It is not a JWK set: {e.Message}", e);
        }
    }

    private static ReportKey? FromJwk(JsonElement key) =>
        Text(key, "kty") == "EC" && Text(key, "crv") == "P-256" && Text(key, "x") is { } x && Text(key, "y") is { } y ? ReportKey.Of(x, y) : null;

    private static string? Text(JsonElement key, string name) => key.TryGetProperty(name, out var value) ? value.GetString() : null;
}

/// <summary>The keys as JSON (RFC 7517).</summary>
/// <param name="Keys">The keys.</param>
public sealed record ReportJwkSet([property: System.Text.Json.Serialization.JsonPropertyName("keys")] IReadOnlyList<ReportJwk> Keys);
