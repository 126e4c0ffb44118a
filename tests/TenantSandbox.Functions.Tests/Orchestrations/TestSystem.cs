using System.Text.Json;
using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Pools;
using TenantSandbox.Functions.Tenants;
using TenantSandbox.Testing;

namespace TenantSandbox.Functions.Tests.Orchestrations;

/// <summary>The app's orchestrations and entities in process, in virtual time, on a fake cloud.</summary>
internal sealed class TestSystem : IAsyncDisposable
{
    public static readonly DurableFunctions Functions = DurableFunctions.Of(typeof(OnboardOrchestration).Assembly);

    private int _requests;

    private TestSystem(FakeCloud cloud, DurableFunctions functions)
    {
        Cloud = cloud;
        Hub = new InProcessTaskHub(functions, new(2026, 11, 24, 0, 0, 0, TimeSpan.Zero), CurrentVersion);
        cloud.AddActivitiesTo(Hub);
    }

    /// <summary>The version that the app's host.json gives new orchestrations.</summary>
    public static string CurrentVersion { get; } = ReadCurrentVersion();

    public FakeCloud Cloud { get; }

    public InProcessTaskHub Hub { get; }

    public DateTimeOffset Now => Hub.Clock.GetUtcNow();

    public static async Task<TestSystem> StartAsync(Action<FakeCloud>? prepare = null, DurableFunctions? functions = null)
    {
        var system = Create(prepare, functions);
        await system.Hub.StartAsync();
        return system;
    }

    /// <summary>A system that isn't started yet.</summary>
    public static TestSystem Create(Action<FakeCloud>? prepare = null, DurableFunctions? functions = null)
    {
        var cloud = new FakeCloud();
        prepare?.Invoke(cloud);
        return new(cloud, functions ?? Functions);
    }

    public static TenantRequest Onboard(
        string tenant = "acme", long revision = 1, TenantTier tier = TenantTier.Pooled, int replicas = 1, TenantExpiry? expiry = null) =>
        new(TenantRequestKind.Onboard, tenant, revision, SpecRef.Of(Spec(tier, replicas)), $"content-{replicas}", expiry);

    public static TenantRequest Update(
        string tenant = "acme", long revision = 2, TenantTier tier = TenantTier.Pooled, int replicas = 2, string image = "nginx", TenantExpiry? expiry = null) =>
        new(TenantRequestKind.Update, tenant, revision, SpecRef.Of(Spec(tier, replicas, image)), $"content-{replicas}-{image}", expiry);

    /// <summary>A request without a spec.</summary>
    public static TenantRequest Request(TenantRequestKind kind, string tenant = "acme", long? revision = null, TenantExpiry? expiry = null) =>
        new(kind, tenant, revision, null, kind.ToWireName(), expiry);

    public static TenantSpec Spec(TenantTier tier = TenantTier.Pooled, int replicas = 1, string image = "nginx") =>
        new(tier, null, null, [new("web", image, replicas, 1_000, 1_024, [], [], [], [], null)], []);

    public static TenantRequest Offboard(string tenant = "acme", long? revision = null) =>
        new(TenantRequestKind.Offboard, tenant, revision, null, "offboard");

    /// <summary>Submits a request and runs until nothing is left to do.</summary>
    public async Task<SubmitAnswer> RunAsync(TenantRequest request, string? id = null)
    {
        var instanceId = await SubmitAsync(request, id);
        await SettleAsync();
        return await AnswerAsync(instanceId);
    }

    /// <summary>Submits a request.</summary>
    /// <returns>The instance id of the submission.</returns>
    public async Task<string> SubmitAsync(TenantRequest request, string? id = null, CancellationToken cancellationToken = default) =>
        (await Submissions.StartAsync(Hub.Client, new("test", id ?? $"request-{++_requests}"), request, Now, cancellationToken)).InstanceId;

    /// <summary>Submits a command of an operator and runs until nothing is left to do.</summary>
    public async Task<SubmitAnswer> ActAsync(
        TenantVerb verb, string tenant = "acme", string? operationId = null, TenantExpiry? expiry = null, IReadOnlyList<string>? finalizers = null)
    {
        var instanceId = await SubmitAsync(verb, tenant, operationId, expiry, finalizers);
        await SettleAsync();
        return await AnswerAsync(instanceId);
    }

    /// <summary>Submits a command of an operator.</summary>
    /// <returns>The instance id of the submission.</returns>
    public async Task<string> SubmitAsync(
        TenantVerb verb, string tenant = "acme", string? operationId = null, TenantExpiry? expiry = null, IReadOnlyList<string>? finalizers = null)
    {
        var command = new OperatorCommand(
            $"command-{++_requests}", tenant, verb, "ann", "test", Now, "test", operationId, expiry, finalizers);
        return (await Submissions.StartAsync(Hub.Client, command, CancellationToken.None)).InstanceId;
    }

    public async Task<SubmitAnswer> AnswerAsync(string instanceId) => (await InstanceAsync(instanceId)).ReadOutputAs<SubmitAnswer>()!;

    /// <inheritdoc cref="InProcessTaskHub.SettleAsync"/>
    public Task SettleAsync(DateTimeOffset? until = null) => Hub.SettleAsync(until);

    public async Task<TenantState> TenantAsync(string tenant = "acme") =>
        (await Hub.Client.Entities.GetEntityAsync<TenantState>(TenantEntity.IdOf(tenant)))!.State;

    public async Task<LedgerState> LedgerAsync(string cluster = "aks1") =>
        (await Hub.Client.Entities.GetEntityAsync<LedgerState>(ClusterEntity.IdOf(cluster)))?.State ?? new() { ClusterId = cluster };

    public async Task<OrchestrationMetadata> InstanceAsync(string instanceId) =>
        (await Hub.Client.GetInstanceAsync(instanceId, getInputsAndOutputs: true))!;

    /// <summary>No resource of any tenant is left, and no invariant was violated.</summary>
    public async Task AssertNothingLeftAsync()
    {
        Assert.Empty(Cloud.Violations);
        Assert.Empty(Cloud.Namespaces);
        Assert.Empty(Cloud.Pools);
        foreach (var cluster in Cloud.Clusters)
        {
            Assert.Empty((await LedgerAsync(cluster.ClusterId)).Pools);
        }
    }

    public ValueTask DisposeAsync() => Hub.DisposeAsync();

    private static string ReadCurrentVersion()
    {
        using var settings = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "host.json")));
        return settings.RootElement.GetProperty("extensions").GetProperty("durableTask").GetProperty("defaultVersion").GetString()!;
    }
}
