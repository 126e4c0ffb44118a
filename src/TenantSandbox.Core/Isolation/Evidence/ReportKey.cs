using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Isolation.Evidence;

/// <summary>A public key of ECDSA on the curve P-256, which verifies reports.</summary>
public sealed class ReportKey
{
    /// <summary>Bytes of one coordinate, and of each half of a signature.</summary>
    private const int FieldBytes = 32;

    private readonly byte[] _x;
    private readonly byte[] _y;

    private ReportKey(byte[] x, byte[] y)
    {
        (_x, _y) = (x, y);
        var (xText, yText) = (Base64Url.EncodeToString(x), Base64Url.EncodeToString(y));
        Id = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{xText}}","y":"{{yText}}"}""")));
        Jwk = new("EC", "P-256", xText, yText, Id, "ES256", "sig");
    }

    /// <summary>
    /// The key's JWK thumbprint (RFC 7638, SHA-256, base64url): anyone who has the key can compute it, so it names the same key wherever that is kept.
    /// </summary>
    public string Id { get; }

    /// <summary>The key as a JWK.</summary>
    public ReportJwk Jwk { get; }

    /// <summary>The key as PEM, <c>PUBLIC KEY</c>.</summary>
    public string Pem
    {
        get
        {
            using var key = Create();
            return key.ExportSubjectPublicKeyInfoPem();
        }
    }

    /// <summary>The public part of a key.</summary>
    /// <exception cref="CryptographicException">It isn't a key on P-256.</exception>
    public static ReportKey Of(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return parameters.Curve.Oid?.Value == ECCurve.NamedCurves.nistP256.Oid.Value || parameters.Curve.Oid?.FriendlyName == "nistP256"
            ? new ReportKey(parameters.Q.X!, parameters.Q.Y!)
            : throw new CryptographicException($"The key is on the curve {parameters.Curve.Oid?.FriendlyName ?? "of explicit parameters"}; reports are signed on P-256.");
    }

    /// <summary>The key with these coordinates.</summary>
    /// <exception cref="CryptographicException">They aren't base64url of 32 bytes each, or not a point on P-256.</exception>
    public static ReportKey Of(string x, string y)
    {
        using var key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = CoordinateOf(x, "x"), Y = CoordinateOf(y, "y") },
        });
        return Of(key);
    }

    /// <summary>Whether a signature is this key's.</summary>
    /// <param name="hash">SHA-256 of what was signed.</param>
    /// <param name="signature">R and S, 32 bytes each, big-endian (IEEE P1363, as JWS and Key Vault have them; not DER).</param>
    public bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        using var key = Create();
        return signature.Length == 2 * FieldBytes && key.VerifyHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    private ECDsa Create() => ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = _x, Y = _y } });

    private static byte[] CoordinateOf(string text, string name)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            return Base64Url.DecodeFromChars(text) is { Length: FieldBytes } bytes
                ? bytes
                : throw new CryptographicException($"The key's coordinate {name} must have {FieldBytes} bytes.");
        }
        catch (FormatException e)
        {
            throw new CryptographicException($"The key's coordinate {name} is not base64url.", e);
        }
    }
}

/// <summary>A public key as JSON (RFC 7517).</summary>
/// <param name="Type">The key type, <c>EC</c>.</param>
/// <param name="Curve">The curve, <c>P-256</c>.</param>
/// <param name="X">The point's x, base64url.</param>
/// <param name="Y">The point's y, base64url.</param>
/// <param name="Id">The key id.</param>
/// <param name="Algorithm">The algorithm, <c>ES256</c>.</param>
/// <param name="Use">Its use, <c>sig</c>.</param>
public sealed record ReportJwk(
    [property: JsonPropertyName("kty")] string Type,
    [property: JsonPropertyName("crv")] string Curve,
    [property: JsonPropertyName("x")] string X,
    [property: JsonPropertyName("y")] string Y,
    [property: JsonPropertyName("kid")] string Id,
    [property: JsonPropertyName("alg")] string Algorithm,
    [property: JsonPropertyName("use")] string Use);
