using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.ResourceManager;
using Azure.ResourceManager.ContainerService;
using Azure.ResourceManager.ContainerService.Models;
using Microsoft.Extensions.Time.Testing;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>A twin on a fake clock, with clients of its ARM endpoint.</summary>
internal sealed class ArmTestHost : IAsyncDisposable
{
    private ArmTestHost(TwinHost host, FakeTimeProvider time)
    {
        (Host, Time) = (host, time);
        Http = new(new Recorder(this) { InnerHandler = host.CreateHandler() }) { BaseAddress = host.ArmEndpoint };
        Http.DefaultRequestHeaders.Authorization = new("Bearer", "test");
        var options = new ArmClientOptions
        {
            Environment = new ArmEnvironment(host.ArmEndpoint, "https://twin.invalid"),
            Transport = new HttpClientTransport(Http),
            Retry = { MaxRetries = 0 },
        };
        Cluster = new ArmClient(new StaticTokenCredential(), host.Options.SubscriptionId, options).GetContainerServiceManagedClusterResource(
            ContainerServiceManagedClusterResource.CreateResourceIdentifier(host.Options.SubscriptionId, host.Options.ResourceGroup, "aks-twin"));
    }

    public static string PoolUrl(string name, string action = "", string version = "2026-04-01") =>
        $"/subscriptions/{new TwinOptions().SubscriptionId}/resourceGroups/rg-tenant-sandbox/providers/Microsoft.ContainerService/managedClusters/aks-twin/agentPools/{name}{action}?api-version={version}";

    public TwinHost Host { get; }

    public FakeTimeProvider Time { get; }

    public HttpClient Http { get; }

    public ContainerServiceManagedClusterResource Cluster { get; }

    /// <summary>Body of the last request that had one.</summary>
    public string LastBody { get; private set; } = "";

    public ContainerServiceAgentPoolCollection Pools => Cluster.GetContainerServiceAgentPools();

    /// <summary>The nodes of a pool in Kubernetes, ordered by name.</summary>
    public IReadOnlyList<TestNode> NodesOf(string pool)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Host.KubernetesEndpoint(), $"/api/v1/nodes?labelSelector=agentpool={pool}"));
        using var response = Http.Send(request);
        return [.. JsonNode.Parse(response.Content.ReadAsStream()).GetObjects("items").Select(n => new TestNode(n))];
    }

    public static Task<ArmTestHost> StartAsync(TimingProfile? timing = null, bool? throttling = null, int quota = 10_000, string? directory = null, FakeTimeProvider? time = null) =>
        StartAsync(new TwinOptions { Timing = timing ?? TimingProfile.Instant, Throttling = throttling, VCpuQuotaPerFamily = quota, StateDirectory = directory }, time);

    public static async Task<ArmTestHost> StartAsync(TwinOptions options, FakeTimeProvider? time = null)
    {
        time ??= new FakeTimeProvider(new DateTimeOffset(2026, 11, 2, 9, 0, 0, TimeSpan.Zero));
        var clock = options.TimeProvider == TimeProvider.System ? time : options.TimeProvider;
        return new(await TwinHost.StartAsync(options with { TimeProvider = clock }), time);
    }

    public static ContainerServiceAgentPoolData Kata(int count = 1, string size = "Standard_D4s_v5") => new()
    {
        Count = count,
        VmSize = size,
        OSType = ContainerServiceOSType.Linux,
        OSSku = ContainerServiceOSSku.AzureLinux,
        Mode = AgentPoolMode.User,
        WorkloadRuntime = WorkloadRuntime.KataVmIsolation,
        NodeTaints = { "sandbox=kata:NoSchedule" },
        NodeLabels = { ["tenant-pool"] = "yes" },
        Tags = { ["owner"] = "tests" },
    };

    public static ContainerServiceAgentPoolData Autoscaled(int count, int min, int max)
    {
        var data = Kata(count);
        (data.EnableAutoScaling, data.MinCount, data.MaxCount) = (true, min, max);
        return data;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Host.DisposeAsync();
    }

    private sealed class Recorder(ArmTestHost twin) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Content is not null)
            {
                twin.LastBody = await request.Content.ReadAsStringAsync(cancellationToken);
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class StaticTokenCredential : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new("test", DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
