using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TenantSandbox.AksTwin;

namespace TenantSandbox.Functions.Tests.Azure.Arm;

/// <summary>A twin of Azure on virtual time, and the app's services configured for it by app settings alone.</summary>
internal sealed class TwinCloud : IAsyncDisposable
{
    private readonly string _caFile;

    private TwinCloud(TwinHost twin, FakeTimeProvider time, Action<Dictionary<string, string?>>? configure)
    {
        (Twin, Time) = (twin, time);
        _caFile = Path.Combine(Path.GetTempPath(), $"adapters-tests-{Guid.NewGuid():n}.pem");
        File.WriteAllText(_caFile, twin.CertificateAuthorityPem);
        Settings = new Dictionary<string, string?>(App.Settings())
        {
            ["Arm__Endpoint"] = twin.ArmEndpoint.AbsoluteUri,
            ["Arm__CaFile"] = _caFile,
            ["Authentication__Mode"] = "Static",
            ["Authentication__StaticToken"] = "for-the-twin",
            ["Clusters__0__SubscriptionId"] = twin.Options.SubscriptionId,
            ["Clusters__0__ResourceGroup"] = twin.Options.ResourceGroup,
            ["Clusters__0__Name"] = twin.Options.Clusters[0].Name,
            ["Clusters__0__MaxPods"] = "50",
            ["Timing__WatchSeconds"] = "3",
        };
        configure?.Invoke(Settings);
        Services = App.Create(Settings);
    }

    public TwinHost Twin { get; }

    public FakeTimeProvider Time { get; }

    public Dictionary<string, string?> Settings { get; }

    public ServiceProvider Services { get; }

    public static async Task<TwinCloud> StartAsync(TimingProfile? timing = null, Action<Dictionary<string, string?>>? configure = null)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 2, 9, 0, 0, TimeSpan.Zero));
        var options = new TwinOptions { Timing = timing ?? TimingProfile.Instant, TimeProvider = time };
        return new(await TwinHost.StartAsync(options), time, configure);
    }

    public async ValueTask DisposeAsync()
    {
        await Services.DisposeAsync();
        await Twin.DisposeAsync();
        File.Delete(_caFile);
    }
}
