using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TenantSandbox.AksTwin.Arm;
using TenantSandbox.AksTwin.KeyVault;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin;

/// <summary>
/// A running twin of AKS on 127.0.0.1, over HTTPS with a self-signed certificate: one port for ARM, one for the Kubernetes API
/// of each cluster, and one for Key Vault. All accept any non-empty bearer token.
/// </summary>
public sealed class TwinHost : IAsyncDisposable
{
    private readonly X509Certificate2 _certificate = TwinCertificate.Create();
    private readonly TwinStore _store;
    private readonly TwinScheduler _scheduler;
    private readonly List<ArmCluster> _clusters;
    private readonly WebApplication _app;

    // The first is ARM's; the others follow the order of the clusters; the last is Key Vault's.
    private readonly List<ListenOptions> _listeners = [];

    private TwinHost(TwinOptions options)
    {
        (Options, InjectedFaults) = (options, new(options.Seed));
        (_store, _scheduler) = (new(options.StateDirectory), new(options.TimeProvider));
        _clusters = [.. options.Clusters.Select(c => new ArmCluster(new(c, options, _scheduler, InjectedFaults, Calls, _store)))];
        Vaults = new(_store, options.TimeProvider);
        var vaultApi = new KeyVaultApi(Vaults, InjectedFaults, Calls);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRouting().AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 4 << 20;
            kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = _certificate);
            kestrel.ConfigureEndpointDefaults(_listeners.Add);
            foreach (var port in (int[])[options.ArmPort, .. _clusters.Select(_ => 0), 0])
            {
                kestrel.Listen(IPAddress.Loopback, port, listen => listen.UseHttps());
            }
        });
        _app = builder.Build();
        _app.Use((http, next) =>
        {
            http.Response.Headers.Server = "aks-twin (not Azure)";
            var port = _listeners.FindIndex(l => l.IPEndPoint!.Port == http.Connection.LocalPort);
            return port == 0 ? next(http)
                : port <= _clusters.Count ? _clusters[port - 1].Kubernetes.HandleAsync(http)
                : vaultApi.HandleAsync(http);
        });
        _app.UseRouting();
        TwinAdminApi.Map(_app, this, _clusters);
        new ArmApi(this, _clusters).Map(_app);
    }

    public TwinOptions Options { get; }

    /// <summary>The injected faults of the ARM and the Kubernetes API.</summary>
    public InjectedFaults InjectedFaults { get; }

    /// <summary>Counts of ARM calls (<c>arm.…</c>), Kubernetes calls (<c>kube.…</c>) and Key Vault calls (<c>vault.…</c>).</summary>
    public CallCounter Calls { get; } = new();

    /// <summary>Base address of the ARM endpoint.</summary>
    public Uri ArmEndpoint => AddressOf(0);

    /// <summary>The Key Vaults.</summary>
    public KeyVaultTwin Vaults { get; }

    /// <summary>Base address of all Key Vaults: clients connect to it, and name the vault in the Host header.</summary>
    public Uri VaultEndpoint => AddressOf(_clusters.Count + 1);

    /// <summary>The certificate that clients must trust, new at every start.</summary>
    public string CertificateAuthorityPem => _certificate.ExportCertificatePem();

    /// <summary>Starts a twin; it accepts requests when the task completes.</summary>
    public static async Task<TwinHost> StartAsync(TwinOptions options, CancellationToken cancellationToken = default)
    {
        var twin = new TwinHost(options);
        try
        {
            await twin._app.StartAsync(cancellationToken);
            return twin;
        }
        catch
        {
            await twin.DisposeAsync();
            throw;
        }
    }

    /// <summary>Base address of a cluster's Kubernetes API; null for the first cluster.</summary>
    public Uri KubernetesEndpoint(string? cluster = null) => AddressOf(_clusters.IndexOf(Find(cluster)) + 1);

    /// <summary>A kubeconfig for kubectl, with a bearer token; null for the first cluster.</summary>
    public string Kubeconfig(string? cluster = null) => AksTwin.Kubeconfig.WithToken(this, Find(cluster).Name);

    /// <summary>
    /// Gives the nodes of a pool another image, such as <c>AKSAzureLinux-V3katagen2-202611.26.0</c>, as an automatic upgrade does: they boot again
    /// without their pods.
    /// </summary>
    /// <param name="pool">The agent pool.</param>
    /// <param name="version">The image; any text.</param>
    /// <param name="cluster">The cluster; null for the first one.</param>
    /// <exception cref="ArgumentException">There is no such pool or cluster.</exception>
    public void SetNodeImage(string pool, string version, string? cluster = null)
    {
        if (!Find(cluster).SetNodeImage(pool, version))
        {
            throw new ArgumentException($"The cluster has no agent pool '{pool}'.", nameof(pool));
        }
    }

    /// <summary>An HTTP handler that trusts the twin's certificate and no other.</summary>
    public SocketsHttpHandler CreateHandler() => new()
    {
        SslOptions =
        {
            RemoteCertificateValidationCallback = (_, presented, _, _) =>
                _certificate.RawData.SequenceEqual(presented?.GetRawCertData() ?? []),
        },
    };

    public async ValueTask DisposeAsync()
    {
        _scheduler.Dispose();
        // Stop without a grace period: open watches don't end by themselves.
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _store.Dispose();
        _certificate.Dispose();
    }

    internal KubernetesTwin Kubernetes(string? cluster = null) => Find(cluster).Kubernetes;

    private Uri AddressOf(int listener) => new($"https://127.0.0.1:{_listeners[listener].IPEndPoint!.Port}");

    private ArmCluster Find(string? name) => _clusters.Find(c => name is null || c.Name == name) ?? throw new ArgumentException(
        $"The twin has no cluster '{name}'; it has {string.Join(", ", Options.Clusters.Select(c => c.Name))}.", nameof(name));
}
