using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TenantSandbox.AksTwin.Arm;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin;

/// <summary>
/// A running twin of AKS on 127.0.0.1, over HTTPS with a certificate authority of its own: one port for ARM, and one for each
/// cluster's Kubernetes API. Both take any non-empty bearer token.
/// </summary>
public sealed class TwinHost : IAsyncDisposable
{
    private readonly TwinCertificates _certificates = new();
    private readonly TwinStore _store;
    private readonly TwinScheduler _scheduler;
    private readonly List<Surface> _surfaces = [];
    private WebApplication? _app;
    private ListenOptions? _armListener;

    private TwinHost(TwinOptions options)
    {
        (Options, Faults) = (options, new(options.Seed));
        _store = new(options.StateDirectory);
        _scheduler = new(options.TimeProvider);
    }

    public TwinOptions Options { get; }

    /// <summary>Faults to come, for both surfaces.</summary>
    public FaultScript Faults { get; }

    /// <summary>Counts of ARM calls (<c>arm.…</c>) and Kubernetes calls (<c>kube.…</c>).</summary>
    public CallCounter Calls { get; } = new();

    /// <summary>Where ARM listens.</summary>
    public Uri ArmEndpoint => AddressOf(_armListener);

    /// <summary>The throwaway certificate authority, for clients to trust.</summary>
    public string CertificateAuthorityPem => _certificates.Authority.ExportCertificatePem();

    /// <summary>Starts a twin; it serves when this returns.</summary>
    public static async Task<TwinHost> StartAsync(TwinOptions options, CancellationToken cancellationToken = default)
    {
        var twin = new TwinHost(options);
        try
        {
            await twin.RunAsync(cancellationToken).ConfigureAwait(false);
            return twin;
        }
        catch
        {
            await twin.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Where a cluster's Kubernetes API listens.</summary>
    public Uri KubernetesEndpoint(string? cluster = null) => AddressOf(Find(cluster).Listener);

    internal KubernetesTwin Kubernetes(string? cluster = null) => Find(cluster).Kubernetes;

    /// <summary>A kubeconfig for kubectl, with a token.</summary>
    public string Kubeconfig(string? cluster = null) => AksTwin.Kubeconfig.WithToken(this, Find(cluster).Arm.Name);

    /// <summary>A handler that trusts the twin's certificate authority, and no other.</summary>
    public SocketsHttpHandler CreateHandler() => new()
    {
        SslOptions = new()
        {
            CertificateChainPolicy = new()
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { _certificates.Authority },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        },
    };

    public async ValueTask DisposeAsync()
    {
        _scheduler.Dispose();
        if (_app is not null)
        {
            // Watches never end by themselves, so nobody waits for them.
            using var now = new CancellationTokenSource(TimeSpan.Zero);
            await _app.StopAsync(now.Token).ConfigureAwait(false);
            await _app.DisposeAsync().ConfigureAwait(false);
        }

        _surfaces.Clear();
        _store.Dispose();
        _certificates.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var cluster in Options.Clusters)
        {
            var context = new ClusterContext(cluster, Options, _scheduler, Faults, Calls, _store);
            var kubernetes = new KubernetesTwin(context);
            _surfaces.Add(new(new(context, kubernetes), kubernetes));
        }

        var clusters = _surfaces.ConvertAll(s => s.Arm);
        var (arm, admin) = (new ArmApi(this, clusters), new TwinAdmin(this, clusters));
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 4 << 20;
            kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = _certificates.Server);
            kestrel.Listen(IPAddress.Loopback, Options.ArmPort, listen => (_armListener = listen).UseHttps());
            foreach (var surface in _surfaces)
                kestrel.Listen(IPAddress.Loopback, 0, listen => (surface.Listener = listen).UseHttps());
        });
        _app = builder.Build();
        _app.Run(http =>
        {
            http.Response.Headers.Server = "aks-twin (not Azure)";
            if (_surfaces.Find(s => s.Listener!.IPEndPoint!.Port == http.Connection.LocalPort) is { } surface)
                return surface.Kubernetes.HandleAsync(http);
            return http.Request.Path.StartsWithSegments("/twin") ? admin.HandleAsync(http) : arm.HandleAsync(http);
        });
        await _app.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    private static Uri AddressOf(ListenOptions? listener) => new($"https://127.0.0.1:{listener!.IPEndPoint!.Port}");

    private Surface Find(string? cluster) =>
        _surfaces.Find(s => cluster is null || s.Arm.Name == cluster)
        ?? throw new ArgumentException($"The twin has no cluster '{cluster}'; it has {string.Join(", ", Options.Clusters.Select(c => c.Name))}.", nameof(cluster));

    /// <summary>One cluster's two sides, and where its Kubernetes API listens.</summary>
    private sealed record Surface(ArmCluster Arm, KubernetesTwin Kubernetes)
    {
        public ListenOptions? Listener { get; set; }
    }
}
