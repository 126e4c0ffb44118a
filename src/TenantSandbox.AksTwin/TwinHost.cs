using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
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
    private readonly TwinCertificates _certificates;
    private readonly TwinStore _store;
    private readonly TwinScheduler _scheduler;
    private readonly List<Surface> _surfaces = [];
    private WebApplication? _app;
    private ListenOptions? _armListener;

    private TwinHost(TwinOptions options, ILoggerFactory loggers)
    {
        Options = options;
        Faults = new(options.Seed);
        _certificates = new(TimeProvider.System.GetUtcNow());
        _store = new(options.StateDirectory);
        _scheduler = new(options.TimeProvider, loggers.CreateLogger<TwinScheduler>());
    }

    public TwinOptions Options { get; }

    /// <summary>Faults to come, for both surfaces.</summary>
    public FaultScript Faults { get; }

    /// <summary>Counts of ARM calls (<c>arm.…</c>) and Kubernetes calls (<c>kube.…</c>).</summary>
    public CallCounter Calls { get; } = new();

    /// <summary>Where ARM listens.</summary>
    public Uri ArmEndpoint => new($"https://127.0.0.1:{_armListener!.IPEndPoint!.Port}");

    /// <summary>The throwaway certificate authority, for clients to trust.</summary>
    public X509Certificate2 CertificateAuthority => _certificates.Authority;

    /// <summary>The same as PEM.</summary>
    public string CertificateAuthorityPem => _certificates.Authority.ExportCertificatePem();

    /// <summary>Starts a twin; it serves when this returns.</summary>
    public static async Task<TwinHost> StartAsync(TwinOptions options, ILoggerFactory? loggers = null, CancellationToken cancellationToken = default)
    {
        var twin = new TwinHost(options, loggers ?? NullLoggerFactory.Instance);
        try
        {
            await twin.RunAsync(loggers, cancellationToken).ConfigureAwait(false);
            return twin;
        }
        catch
        {
            await twin.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Where a cluster's Kubernetes API listens.</summary>
    public Uri KubernetesEndpoint(string? cluster = null) => new($"https://127.0.0.1:{Find(cluster).Listener!.IPEndPoint!.Port}");

    internal KubernetesTwin Kubernetes(string? cluster = null) => Find(cluster).Api;

    /// <summary>A kubeconfig for kubectl, with a token.</summary>
    public string Kubeconfig(string? cluster = null) =>
        AksTwin.Kubeconfig.WithToken(Find(cluster).Context.Cluster.Name, KubernetesEndpoint(cluster), CertificateAuthorityPem);

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

        foreach (var surface in _surfaces)
            surface.Api.Dispose();
        _surfaces.Clear();
        _store.Dispose();
        _certificates.Dispose();
    }

    private async Task RunAsync(ILoggerFactory? loggers, CancellationToken cancellationToken)
    {
        foreach (var cluster in Options.Clusters)
        {
            var context = new ClusterContext(cluster, Options, _scheduler, Faults, Calls, _store);
            _surfaces.Add(new(context, new KubernetesTwin(context)));
        }

        var clusters = _surfaces.Select(s => new ArmCluster(s.Context, s.Api)).ToList();
        var arm = new ArmApi(Options, Faults, Calls, clusters, (name, exec) =>
            AksTwin.Kubeconfig.ForEntra(name, KubernetesEndpoint(name), CertificateAuthorityPem, exec));
        var admin = new TwinAdmin(this, clusters);

        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.Services.AddSingleton(loggers ?? NullLoggerFactory.Instance);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 4 << 20;
            kestrel.Listen(IPAddress.Loopback, Options.ArmPort, listen => Serve(_armListener = listen, null));
            foreach (var surface in _surfaces)
                kestrel.Listen(IPAddress.Loopback, surface.Context.Cluster.KubernetesPort, listen => Serve(surface.Listener = listen, surface));
        });
        _app = builder.Build();
        _app.Run(http => DispatchAsync(http, arm, admin));
        await _app.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Serve(ListenOptions listen, Surface? surface)
    {
        if (surface is not null)
        {
            listen.Use(next => connection =>
            {
                connection.Items[typeof(Surface)] = surface;
                return next(connection);
            });
        }

        listen.UseHttps(_certificates.Server);
    }

    private static Task DispatchAsync(HttpContext http, ArmApi arm, TwinAdmin admin)
    {
        http.Response.Headers.Server = "aks-twin (not Azure)";
        var items = http.Features.Get<IConnectionItemsFeature>()!.Items;
        if (items.TryGetValue(typeof(Surface), out var surface))
            return ((Surface)surface!).Api.HandleAsync(http);
        return http.Request.Path.StartsWithSegments("/twin") ? admin.HandleAsync(http) : arm.HandleAsync(http);
    }

    private Surface Find(string? cluster) =>
        _surfaces.Find(s => cluster is null || s.Context.Cluster.Name == cluster)
        ?? throw new ArgumentException($"The twin has no cluster '{cluster}'; it has {string.Join(", ", Options.Clusters.Select(c => c.Name))}.", nameof(cluster));

    private sealed class Surface(ClusterContext context, KubernetesTwin api)
    {
        public ClusterContext Context => context;

        public KubernetesTwin Api => api;

        public ListenOptions? Listener { get; set; }
    }
}
