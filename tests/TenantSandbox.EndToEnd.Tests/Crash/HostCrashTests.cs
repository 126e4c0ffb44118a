using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TenantSandbox.AksTwin;
using TenantSandbox.Cli.Local;
using Xunit.Abstractions;

namespace TenantSandbox.EndToEnd.Tests.Crash;

/// <summary>
/// The host process is killed after durable transactions of an operation; the next process must complete it. The in-process tests
/// do this after every transaction; these cover the whole system, worker process included, at a sample of them.
/// </summary>
public sealed class HostCrashTests(ITestOutputHelper output)
{
    private const int Killed = 128 + 9;

    // A transaction of each tenant's operation.
    private static readonly (string TenantId, int Transaction)[] Kills = [("early", 4), ("middle", 14), ("late", 28)];

    private static readonly string[] TenantIds = [.. Kills.Select(kill => kill.TenantId)];

    [Fact]
    public async Task Onboarding_HostKilled_IsCompletedByTheNextHost()
    {
        await using var world = await World.CreateAsync();

        await KillAsync(world, "onboard");

        Assert.Equal(EventsAbout("tenant.ready"), world.TenantEvents());
        Assert.Equal(Enumerable.Repeat("tenantsandbox.pool.created", Kills.Length), world.PoolEvents());
        Assert.Equal(Kills.Length, (await world.ListUserPoolsAsync()).Count);
        Assert.Equal(Kills.Length, (await world.ListTenantNamespacesAsync()).Count);
    }

    [Fact]
    public async Task Offboarding_HostKilled_IsCompletedByTheNextHost()
    {
        await using var world = await World.CreateAsync();

        await KillAsync(world, "offboard", [.. TenantIds.Select(tenantId => $"onboard:{tenantId}")]);

        Assert.Equal(EventsAbout("tenant.offboarded", "tenant.ready"), world.TenantEvents());
        Assert.Equal(
            [.. Enumerable.Repeat("tenantsandbox.pool.created", Kills.Length), .. Enumerable.Repeat("tenantsandbox.pool.deleted", Kills.Length)],
            world.PoolEvents());
        Assert.Empty(await world.ListUserPoolsAsync());
        Assert.Empty(await world.ListTenantNamespacesAsync());
    }

    // A process completes what was interrupted in the one before, then is killed in the next tenant's operation.
    private async Task KillAsync(World world, string kind, params string[] requests)
    {
        var kills = 0;
        foreach (var (tenantId, transaction) in Kills)
        {
            var request = $"{kind}:{tenantId}";
            var exitCode = await world.RunAsync(transaction, [.. requests, request]);
            Assert.True(exitCode is 0 or Killed, $"transaction {transaction}: the process exited with {exitCode}: {world.LastError}");
            kills += exitCode == Killed ? 1 : 0;
            requests = [request];
        }

        Assert.True(await world.RunAsync(0, requests) == 0, world.LastError);
        output.WriteLine($"{kind}: killed after {kills} of {Kills.Length} transactions that were tried");
        Assert.InRange(kills, 2, Kills.Length);
    }

    private static IEnumerable<string> EventsAbout(params string[] types) =>
        TenantIds.SelectMany(tenantId => types.Select(type => $"tenants/{tenantId} tenantsandbox.{type}")).Order(StringComparer.Ordinal);

    /// <summary>A twin and a state directory that outlive the processes.</summary>
    private sealed class World : IAsyncDisposable
    {
        private readonly string _state = Directory.CreateTempSubdirectory("tenantsandbox-crash-").FullName;
        private readonly TwinHost _twin;
        private readonly HttpClient _arm;
        private readonly HttpClient _kubernetes;

        private World(TwinHost twin)
        {
            _twin = twin;
            _arm = CreateClient(twin.ArmEndpoint);
            _kubernetes = CreateClient(twin.KubernetesEndpoint());
        }

        public string LastError { get; private set; } = "";

        public static async Task<World> CreateAsync() => new(await TwinHost.StartAsync(new TwinOptions()));

        public async ValueTask DisposeAsync()
        {
            _arm.Dispose();
            _kubernetes.Dispose();
            await _twin.DisposeAsync();
            Directory.Delete(_state, recursive: true);
        }

        /// <returns>The exit code of a process that sends the requests.</returns>
        public async Task<int> RunAsync(int killAfter, string[] requests)
        {
            var start = new ProcessStartInfo("dotnet")
            {
                ArgumentList =
                {
                    typeof(CrashHost).Assembly.Location, "crash-host", _state, _twin.ArmEndpoint.ToString(), _twin.CertificateAuthorityPem,
                    killAfter.ToString(CultureInfo.InvariantCulture),
                },
                RedirectStandardError = true,
                // Most of a short run is its start.
                Environment = { ["DOTNET_TieredPGO"] = "0" },
            };
            Array.ForEach(requests, start.ArgumentList.Add);
            using var process = Process.Start(start)!;
            LastError = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode;
        }

        /// <summary>Subjects and types of the events about tenants, in alphabetical order.</summary>
        public IEnumerable<string> TenantEvents() => Events()
            .Where(published => published.Subject.StartsWith("tenants/", StringComparison.Ordinal))
            .Select(published => $"{published.Subject} {published.Type}").Order(StringComparer.Ordinal);

        /// <summary>The types of all other events, in alphabetical order.</summary>
        public IEnumerable<string> PoolEvents() => Events()
            .Where(published => !published.Subject.StartsWith("tenants/", StringComparison.Ordinal))
            .Select(published => published.Type).Order(StringComparer.Ordinal);

        public Task<IReadOnlyList<string>> ListUserPoolsAsync() => ListNamesAsync(
            _arm,
            $"/subscriptions/{_twin.Options.SubscriptionId}/resourceGroups/{_twin.Options.ResourceGroup}/providers/Microsoft.ContainerService/"
            + $"managedClusters/{_twin.Options.Clusters[0].Name}/agentPools?api-version=2026-04-01",
            "value",
            pool => pool.GetProperty("properties").GetProperty("mode").GetString() == "User" ? pool.GetProperty("name").GetString() : null);

        public Task<IReadOnlyList<string>> ListTenantNamespacesAsync() => ListNamesAsync(
            _kubernetes,
            "/api/v1/namespaces?labelSelector=tenantsandbox/tenant",
            "items",
            found => found.GetProperty("metadata").GetProperty("name").GetString());

        private IEnumerable<(string Subject, string Type)> Events() =>
            File.ReadLines(Path.Combine(_state, "topics", $"{LocalSystemOptions.TopicName}.jsonl")).Select(line => JsonNode.Parse(line)!)
                .Select(published => (published["subject"]!.GetValue<string>(), published["type"]!.GetValue<string>()));

        private static async Task<IReadOnlyList<string>> ListNamesAsync(HttpClient http, string path, string list, Func<JsonElement, string?> name)
        {
            using var response = JsonDocument.Parse(await http.GetStringAsync(new Uri(path, UriKind.Relative)));
            return [.. response.RootElement.GetProperty(list).EnumerateArray().Select(name).OfType<string>()];
        }

        private HttpClient CreateClient(Uri address)
        {
            var client = new HttpClient(_twin.CreateHandler()) { BaseAddress = address };
            client.DefaultRequestHeaders.Authorization = new("Bearer", "tests");
            return client;
        }
    }
}
