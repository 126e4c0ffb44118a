using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.ResourceManager;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Azure.Arm;

/// <summary>Creates the ARM client from the settings.</summary>
internal static class ArmClientFactory
{
    public static ArmClient Create(TokenCredential credential, ArmOptions options)
    {
        var settings = new ArmClientOptions
        {
            Environment = new ArmEnvironment(options.Endpoint, options.Audience ?? options.Endpoint.AbsoluteUri.TrimEnd('/')),
            RetryPolicy = new ShortRetryPolicy(),
        };
        settings.SetApiVersion(ClusterNetworkReader.SubnetType, ClusterNetworkReader.SubnetApiVersion);
        settings.Retry.NetworkTimeout = TimeSpan.FromSeconds(60);
        if (options.CaFile is { } file)
        {
            settings.Transport = new HttpClientTransport(new HttpClient(TrustingOnly(file)));
        }

        return new ArmClient(credential, null, settings);
    }

    private static SocketsHttpHandler TrustingOnly(string caFile)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            // Private authorities rarely publish a revocation list.
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.ImportFromPemFile(caFile);
        return new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } };
    }
}
