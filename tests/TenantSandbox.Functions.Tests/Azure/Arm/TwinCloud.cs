using Azure;
using Azure.ResourceManager;
using Azure.ResourceManager.ContainerService;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TenantSandbox.AksTwin;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Pools;

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

    public static async Task<TwinCloud> StartAsync(
        TimingProfile? timing = null, Action<Dictionary<string, string?>>? configure = null, Func<TwinOptions, TwinOptions>? change = null)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 2, 9, 0, 0, TimeSpan.Zero));
        var options = new TwinOptions { Timing = timing ?? TimingProfile.Instant, TimeProvider = time };
        return new(await TwinHost.StartAsync(change?.Invoke(options) ?? options), time, configure);
    }

    /// <summary>The agent pools of the twin's first cluster, as an operator sees them.</summary>
    public ContainerServiceAgentPoolCollection Pools => Services.GetRequiredService<ArmClient>()
        .GetContainerServiceManagedClusterResource(ContainerServiceManagedClusterResource.CreateResourceIdentifier(
            Twin.Options.SubscriptionId, Twin.Options.ResourceGroup, Twin.Options.Clusters[0].Name))
        .GetContainerServiceAgentPools();

    /// <summary>A pool of the app's ledger, by default the first, dedicated to acme.</summary>
    public PoolRef Pool(long generation = 1, string? tenant = "acme", string? clusterId = null)
    {
        var target = Services.Make<ClusterSelection>().Select(new ClusterQuery(clusterId, null)).Clusters[0];
        return new(
            target.ClusterId, $"kata{generation}", generation, tenant is null ? TenantTier.Pooled : TenantTier.Dedicated, tenant, target.PoolTemplate);
    }

    /// <summary>Makes a pool as a person does, with any tags.</summary>
    public async Task MakePoolAsync(string name, IEnumerable<KeyValuePair<string, string>>? tags = null)
    {
        var body = new ContainerServiceAgentPoolData { Count = 1, VmSize = "Standard_D4s_v5" };
        foreach (var (key, value) in tags ?? [])
        {
            body.Tags[key] = value;
        }

        await Pools.CreateOrUpdateAsync(WaitUntil.Started, name, body, default(CancellationToken));
    }

    /// <summary>Changes the tags of a pool as a person does.</summary>
    public async Task ChangeTagsAsync(string name, Action<IDictionary<string, string>> change)
    {
        var pool = (await Pools.GetAsync(name)).Value;
        change(pool.Data.Tags);
        await pool.UpdateAsync(WaitUntil.Started, pool.Data, default(CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await Services.DisposeAsync();
        await Twin.DisposeAsync();
        File.Delete(_caFile);
    }
}
