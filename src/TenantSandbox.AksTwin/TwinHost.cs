using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TenantSandbox.AksTwin.Arm;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin;

/// <summary>
/// A running twin of AKS on 127.0.0.1, over HTTPS with a certificate of its own: one port for ARM, and one for each cluster's
/// Kubernetes API. Both take any non-empty bearer token.
/// </summary>
public sealed class TwinHost : IAsyncDisposable
{
    private readonly X509Certificate2 _certificate = TwinCertificate.Create();
    private readonly TwinStore _store;
    private readonly TwinScheduler _scheduler;
    private readonly List<ArmCluster> _clusters;
    private readonly WebApplication _app;

    // ARM's, then each cluster's.
    private readonly List<ListenOptions> _listeners = [];

    private TwinHost(TwinOptions options)
    {
        (Options, Faults) = (options, new(options.Seed));
        (_store, _scheduler) = (new(options.StateDirectory), new(options.TimeProvider));
        _clusters = [.. options.Clusters.Select(c => new ArmCluster(new(c, options, _scheduler, Faults, Calls, _store)))];
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRouting().AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 4 << 20;
            kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = _certificate);
            kestrel.ConfigureEndpointDefaults(_listeners.Add);
            foreach (var port in (int[])[options.ArmPort, .. _clusters.Select(_ => 0)])
            {
                kestrel.Listen(IPAddress.Loopback, port, listen => listen.UseHttps());
            }
        });
        _app = builder.Build();
        _app.Use((http, next) =>
        {
            http.Response.Headers.Server = "aks-twin (not Azure)";
            var port = _listeners.FindIndex(l => l.IPEndPoint!.Port == http.Connection.LocalPort);
            return port > 0 ? _clusters[port - 1].Kubernetes.HandleAsync(http) : next(http);
        });
        _app.UseRouting();
        TwinAdmin.Map(_app, this, _clusters);
        new ArmApi(this, _clusters).Map(_app);
    }

    public TwinOptions Options { get; }

    /// <summary>Faults to come, for both surfaces.</summary>
    public FaultScript Faults { get; }

    /// <summary>Counts of ARM calls (<c>arm.…</c>) and Kubernetes calls (<c>kube.…</c>).</summary>
    public CallCounter Calls { get; } = new();

    /// <summary>Where ARM listens.</summary>
    public Uri ArmEndpoint => AddressOf(0);

    /// <summary>The throwaway certificate, for clients to trust.</summary>
    public string CertificateAuthorityPem => _certificate.ExportCertificatePem();

    /// <summary>Starts a twin; it serves when this returns.</summary>
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

    /// <summary>Where a cluster's Kubernetes API listens.</summary>
    public Uri KubernetesEndpoint(string? cluster = null) => AddressOf(_clusters.IndexOf(Find(cluster)) + 1);

    /// <summary>A kubeconfig for kubectl, with a token.</summary>
    public string Kubeconfig(string? cluster = null) => AksTwin.Kubeconfig.WithToken(this, Find(cluster).Name);

    /// <summary>A handler that trusts the twin's certificate, and no other.</summary>
    public SocketsHttpHandler CreateHandler() => new()
    {
        SslOptions =
        {
            RemoteCertificateValidationCallback = (_, shown, _, _) => _certificate.RawData.SequenceEqual(shown?.GetRawCertData() ?? []),
        },
    };

    public async ValueTask DisposeAsync()
    {
        _scheduler.Dispose();
        // Watches never end by themselves, so nobody waits for them.
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
