using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;
using Microsoft.Extensions.Options;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Azure.KeyVault;

/// <summary>One client for each Key Vault, with the app's identity.</summary>
internal sealed class VaultClients(TokenCredential credential, IOptions<TenantSandboxOptions> options) : IDisposable
{
    private readonly ConcurrentDictionary<string, SecretClient> _clients = new(StringComparer.Ordinal);
    private readonly Lazy<HttpClient?> _redirected = new(() => Redirect(options.Value.Secrets));

    /// <summary>The client of a vault.</summary>
    /// <param name="vault">The vault's address.</param>
    public SecretClient Get(string vault) => _clients.GetOrAdd(vault, Create);

    /// <summary>
    /// A pipeline for what the client of secrets doesn't do. It asks for a token of the vault's own domain whatever the server answers, so
    /// that no server gets one for other services.
    /// </summary>
    /// <param name="vault">An address in the vault.</param>
    public HttpPipeline CreatePipeline(Uri vault)
    {
        var settings = new SecretClientOptions();
        Prepare(settings);
        var domain = vault.Host[(vault.Host.IndexOf('.', StringComparison.Ordinal) + 1)..];
        return HttpPipelineBuilder.Build(settings, new BearerTokenAuthenticationPolicy(credential, $"https://{domain}/.default"));
    }

    public void Dispose()
    {
        if (_redirected.IsValueCreated)
        {
            _redirected.Value?.Dispose();
        }
    }

    // The client refuses a challenge for another resource than the vault's domain, so that no server gets a token for vaults.
    private SecretClient Create(string vault)
    {
        var settings = new SecretClientOptions();
        Prepare(settings);
        return new SecretClient(new Uri(vault), credential, settings);
    }

    private void Prepare(ClientOptions settings)
    {
        settings.RetryPolicy = new ShortRetryPolicy();
        settings.Retry.NetworkTimeout = TimeSpan.FromSeconds(30);
        if (_redirected.Value is { } client)
        {
            settings.Transport = new HttpClientTransport(client);
        }
    }

    private static HttpClient? Redirect(SecretOptions secrets) => secrets.Endpoint is not { } endpoint ? null : new HttpClient(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(endpoint.Host, endpoint.Port, cancellationToken);
                var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
                await stream.AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions { TargetHost = endpoint.Host, CertificateChainPolicy = TrustingOnly(secrets.CaFile) },
                    cancellationToken);
                return stream;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    });

    private static X509ChainPolicy? TrustingOnly(string? caFile)
    {
        if (caFile is null)
        {
            return null;
        }

        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(caFile);
        return policy;
    }
}
