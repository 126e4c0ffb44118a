using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TenantSandbox.EndToEnd.Tests.Doors;

/// <summary>What the app's settings need for an ARM endpoint that nobody serves.</summary>
internal static class ClosedPort
{
    public static string CertificateAuthorityPem()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=nobody", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return certificate.ExportCertificatePem();
    }
}
