using System.Security.Cryptography;
using System.Text.Json;
using TenantSandbox.Core.Isolation.Evidence;

namespace TenantSandbox.Core.Tests.Isolation.Evidence;

public sealed class ReportKeyTests
{
    /// <summary>The key of RFC 7515, appendix A.3; its thumbprint computed with another implementation.</summary>
    private static readonly ReportKey Sample = ReportKey.Of("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");

    [Fact]
    public void Verify_SignatureOfTheRfc_IsAccepted()
    {
        // RFC 7515, A.3.1: the signing input and the signature.
        var input = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"u8;
        var signature = System.Buffers.Text.Base64Url.DecodeFromChars("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");

        Assert.True(Sample.Verify(SHA256.HashData(input), signature));
        Assert.False(Sample.Verify(SHA256.HashData(input[1..]), signature));
        Assert.False(Sample.Verify(SHA256.HashData(input), signature.AsSpan(1)));
    }

    [Fact]
    public void Parse_PemJwkAndSet_AreTheSameKey()
    {
        var jwk = JsonSerializer.Serialize(Sample.Jwk);
        string[] forms =
        [
            Sample.Pem,
            $"\n{Sample.Pem}\n{ReportKey.Of(SampleChain.Key).Pem}",
            jwk,
            jwk.Replace(Sample.Id, "https://contoso.vault.azure.net/keys/reports/1", StringComparison.Ordinal),
            JsonSerializer.Serialize(new ReportJwkSet([Sample.Jwk])),
            $$"""{"keys":[{"kty":"RSA","n":"a","e":"AQAB"},{"kty":"EC","crv":"P-384","x":"a","y":"b"},{{jwk}}]}""",
        ];

        Assert.All(forms, form => Assert.Equal(Sample.Pem, ReportKeySet.Parse(form).Find(Sample.Id)?.Pem));
        Assert.Equal(2, ReportKeySet.Parse(forms[1]).Ids.Count);
    }

    [Fact]
    public void Parse_NoUsableKey_SaysWhy()
    {
        using var rsa = RSA.Create(new RSAParameters { Modulus = [.. Enumerable.Repeat((byte)0xff, 256)], Exponent = [1, 0, 1] });
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        (string Text, string Reason)[] cases =
        [
            ("", "neither PEM nor"),
            ("a key", "neither PEM nor"),
            (SampleChain.Key.ExportPkcs8PrivateKeyPem(), "PRIVATE KEY"),
            (SampleChain.Key.ExportECPrivateKeyPem(), "EC PRIVATE KEY"),
            (rsa.ExportSubjectPublicKeyInfoPem(), "not an EC key on P-256"),
            (other.ExportSubjectPublicKeyInfoPem(), "not an EC key on P-256"),
            ("-----BEGIN PUBLIC KEY-----\nAAAA", "no public key"),
            ("{\"keys\":[]}", "no public key"),
            ("{\"keys\":1}", "not a JWK set"),
            ("{", "not a JWK set"),
            ("""{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}""", "32 bytes"),
            ($$"""{"kty":"EC","crv":"P-256","x":"{{Sample.Jwk.X}}","y":"{{Sample.Jwk.X}}"}""", "not a JWK set"),
        ];

        Assert.All(cases, c => Assert.Contains(c.Reason, Assert.Throws<FormatException>(() => ReportKeySet.Parse(c.Text)).Message, StringComparison.Ordinal));
    }
}
