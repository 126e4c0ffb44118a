using System.Diagnostics;
using System.Net.Http.Json;
using TenantSandbox.Cli.Local;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Hosting.Queues;
using Xunit.Abstractions;

namespace TenantSandbox.EndToEnd.Tests.Backends;

/// <summary>
/// The same scenario on the SQLite provider and on the official Azure Storage provider (on Azurite) must show the same: API
/// responses, entity states and published events. Times and generated ids are masked; races are compared by their invariants.
/// </summary>
public sealed class BackendComparisonTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("azurite-").FullName;
    private AzuriteProcess? _azurite;

    public async Task InitializeAsync() => _azurite = await StorageEmulator.StartAsync(_data, withBlobsAndTables: true);

    public async Task DisposeAsync()
    {
        await _azurite!.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task Scenario_OnBothBackends_ShowsTheSame()
    {
        var sqlite = await RunAsync(StorageBackend.Sqlite);
        var azureStorage = await RunAsync(StorageBackend.AzureStorage);

        Assert.Equal(sqlite, azureStorage);
    }

    /// <returns>What a user sees after each stage, as text with times and generated ids masked.</returns>
    private async Task<string> RunAsync(StorageBackend backend)
    {
        var clock = Stopwatch.StartNew();
        var state = Directory.CreateTempSubdirectory("tenantsandbox-backend-").FullName;
        var record = new ScenarioRecord();
        try
        {
            await using (var system = await StartAsync(backend, state))
            {
                await OnboardDuplicatedAsync(system, record);
                await RaceForOnePoolAsync(system, record);
                await ChangeAsync(system, record);
                await FailAndUndoAsync(system, record);
                using var interrupted = await system.OnboardAsync("interrupted", tier: "dedicated");
                record.Add("interrupted", interrupted);
            }

            // The onboarding above was running when its host stopped.
            await using (var system = await StartAsync(backend, state))
            {
                await record.AddTenantAsync(system, "interrupted");
                await OffboardAllAsync(system, record);
            }

            output.WriteLine($"{StorageBackends.NameOf(backend)}: {clock.Elapsed.TotalSeconds:0.0} s");
            return record.ToString();
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    private Task<TestSystem> StartAsync(StorageBackend backend, string state) => TestSystem.StartAsync(options => options with
    {
        StateDirectory = state,
        Backend = backend,
        StorageConnectionString = _azurite!.ConnectionString,
        Settings = new Dictionary<string, string?>
        {
            ["TenantSandbox:Timing:RolloutSeconds"] = "3",
            // Both must answer with the outcome, however slow the machine is.
            ["TenantSandbox:Requests:AnswerWait"] = "00:01:00",
        },
    });

    private async Task OnboardDuplicatedAsync(TestSystem system, ScenarioRecord record)
    {
        using var first = await system.OnboardAsync("acme");
        record.Add("first", first);
        await system.SettleAsync("acme");
        var request = TenantRequests.Onboard("acme");
        using var again = await system.Http.PostAsJsonAsync("/api/tenants", request);
        record.Add("again over HTTP", again);
        using var delivered = await system.DeliverAsync(TenantRequests.CloudEvent("onboard", request).ToJsonString());
        record.Add("again by Event Grid", delivered);
        await new Azure.Storage.Queues.QueueClient(_azurite!.ConnectionString, LocalSystem.RequestQueue)
            .SendMessageAsync(TenantRequests.CloudEvent("onboard", request).ToJsonString());
        using var conflicting = await system.Http.PostAsJsonAsync("/api/tenants", TenantRequests.Onboard("acme", image: "registry.example/other:1"));
        record.Add("other content", conflicting);
        await system.WaitUntilNothingRunsAsync();
        await record.AddTenantAsync(system, "acme");
    }

    private static async Task RaceForOnePoolAsync(TestSystem system, ScenarioRecord record)
    {
        // A new revision of an offboarded tenant frees the pool first, so that the two race for a pool that isn't there yet.
        using var offboarding = await system.OffboardAsync("acme");
        await system.SettleAsync("acme");
        await system.WaitUntilNothingRunsAsync();
        var posts = await Task.WhenAll(system.OnboardAsync("left"), system.OnboardAsync("right"));
        var tenants = new[] { await system.SettleAsync("left"), await system.SettleAsync("right") };
        await system.WaitUntilNothingRunsAsync();
        Array.ForEach(posts, post => post.Dispose());

        Assert.All(tenants, tenant => Assert.Equal(TenantPhase.Ready, tenant.Phase));
        Assert.Single(tenants.Select(tenant => tenant.Placement!.Pool).Distinct());
        record.Add($"race: {system.Twin.Calls.Total("arm.agentPools.put")} pools created in all");
        await record.AddTenantAsync(system, "left");
        await record.AddTenantAsync(system, "right");
    }

    private static async Task ChangeAsync(TestSystem system, ScenarioRecord record)
    {
        using var update = await system.PutAsync("left", TenantRequests.Onboard("left", 2, image: "registry.example/app:2"), ifMatch: 1);
        record.Add("update", update);
        await record.AddTenantAsync(system, "left");
        foreach (var (verb, phase) in new[] { ("suspend", TenantPhase.Suspended), ("resume", TenantPhase.Ready) })
        {
            using var answer = await system.ActAsync($"tenants/left/{verb}");
            record.Add(verb, answer);
            await record.AddTenantAsync(system, "left");
            Assert.Equal(phase, (await system.SettleAsync("left")).Phase);
        }
    }

    private static async Task FailAndUndoAsync(TestSystem system, ScenarioRecord record)
    {
        using var failing = await system.Http.PostAsJsonAsync(
            "/api/tenants", TenantRequests.Onboard("failing", tier: "dedicated", image: "registry.example/missing:1"));
        record.Add("failing", failing);
        var tenant = await system.SettleAsync("failing");
        await system.WaitUntilNothingRunsAsync();

        Assert.Equal(TenantPhase.Failed, tenant.Phase);
        await record.AddTenantAsync(system, "failing");
    }

    private static async Task OffboardAllAsync(TestSystem system, ScenarioRecord record)
    {
        foreach (var tenant in (string[])["left", "right", "interrupted", "failing"])
        {
            using var response = await system.OffboardAsync(tenant);
            record.Add($"offboard {tenant}", response);
            await system.SettleAsync(tenant);
            await system.WaitUntilNothingRunsAsync();
            await record.AddTenantAsync(system, tenant);
        }

        Assert.Empty(await system.FindLeftoversAsync("acme", "left", "right", "failing", "interrupted"));
        await record.AddListAsync(system);
        await record.AddEntitiesAsync(system);
        record.AddEvents(system);
    }
}
