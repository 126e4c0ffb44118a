using TenantSandbox.AksTwin;
using TenantSandbox.Cli.Local;

namespace TenantSandbox.EndToEnd.Tests.Lifecycle;

/// <summary>A twin and a state directory that outlive the systems on them.</summary>
internal sealed class LastingTwin : IAsyncDisposable
{
    private readonly string _state = Directory.CreateTempSubdirectory("tenantsandbox-lasting-").FullName;

    private LastingTwin(TwinHost twin) => Twin = twin;

    public TwinHost Twin { get; }

    public static async Task<LastingTwin> CreateAsync() => new(await TwinHost.StartAsync(new TwinOptions { Timing = TimingProfile.Instant }));

    /// <summary>Starts a system that continues from the state of the one before, which must have ended.</summary>
    public Task<TestSystem> StartAsync() => TestSystem.StartAsync(options => options with
    {
        StateDirectory = _state,
        Twin = new TwinConnection(Twin.ArmEndpoint, Twin.CertificateAuthorityPem, Twin.Options),
        MaxWorkerRestartDelay = TimeSpan.FromSeconds(1),
    });

    public void LoseTaskHub()
    {
        var lost = Directory.GetFiles(_state, "*.db*");
        Assert.NotEmpty(lost);
        foreach (var file in lost)
        {
            File.Delete(file);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Twin.DisposeAsync();
        Directory.Delete(_state, recursive: true);
    }
}
