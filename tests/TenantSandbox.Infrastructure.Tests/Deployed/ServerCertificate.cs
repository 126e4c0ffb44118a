using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TenantSandbox.Infrastructure.Tests.Deployed;

/// <summary>A self-signed certificate for names of Azure, for this run, with its files as PEM.</summary>
internal sealed class ServerCertificate : IDisposable
{
    public ServerCertificate(string directory, IEnumerable<string> hosts)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=throwaway certificate of a test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        foreach (var host in hosts)
        {
            names.AddDnsName(host);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1", "TLS server")], false));
        Certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        (CertificateFile, KeyFile) = (Path.Combine(directory, "certificate.pem"), Path.Combine(directory, "key.pem"));
        File.WriteAllText(CertificateFile, Certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
    }

    public X509Certificate2 Certificate { get; }

    public string CertificateFile { get; }

    public string KeyFile { get; }

    /// <summary>A handler that trusts these certificates and no others.</summary>
    public static SocketsHttpHandler CreateHandler(params X509Certificate2[] trusted) => new()
    {
        UseProxy = false,
        SslOptions =
        {
            RemoteCertificateValidationCallback = (_, presented, _, _) => trusted.Any(t => t.RawData.SequenceEqual(presented?.GetRawCertData() ?? [])),
        },
    };

    public void Dispose() => Certificate.Dispose();
}
