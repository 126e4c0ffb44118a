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

    private static readonly int[] Transactions = [4, 14, 28];

    [Fact]
    public Task Onboarding_HostKilled_IsCompletedByTheNextHost() => KillAsync("onboard", AssertReadyAsync);

    [Fact]
    public Task Offboarding_HostKilled_IsCompletedByTheNextHost() => KillAsync("offboard", AssertNothingLeftAsync);

    private async Task KillAsync(string request, Func<World, Task> assert)
    {
        var kills = 0;
        await Parallel.ForEachAsync(Transactions, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (transaction, _) =>
        {
            await using var world = await World.CreateAsync();
            if (request == "offboard")
            {
                Assert.True(await world.RunAsync("onboard", 0) == 0, world.LastError);
            }

            var exitCode = await world.RunAsync(request, transaction);
            Assert.True(exitCode is 0 or Killed, $"transaction {transaction}: the process exited with {exitCode}: {world.LastError}");
            if (exitCode == Killed)
            {
                Interlocked.Increment(ref kills);
                Assert.True(await world.RunAsync(request, 0) == 0, $"transaction {transaction}: {world.LastError}");
            }

            await assert(world);
        });

        output.WriteLine($"{request}: killed after {kills} of {Transactions.Length} transactions that were tried");
        Assert.InRange(kills, 2, Transactions.Length);
    }

    private static async Task AssertReadyAsync(World world)
    {
        Assert.Equal(["tenantsandbox.pool.created", "tenantsandbox.tenant.ready"], world.EventTypes().Order(StringComparer.Ordinal));
        Assert.Single(await world.ListUserPoolsAsync());
        Assert.Single(await world.ListTenantNamespacesAsync());
    }

    private static async Task AssertNothingLeftAsync(World world)
    {
        Assert.Equal(
            ["tenantsandbox.pool.created", "tenantsandbox.pool.deleted", "tenantsandbox.tenant.offboarded", "tenantsandbox.tenant.ready"],
            world.EventTypes().Order(StringComparer.Ordinal));
        Assert.Empty(await world.ListUserPoolsAsync());
        Assert.Empty(await world.ListTenantNamespacesAsync());
    }

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

        public async Task<int> RunAsync(string request, int killAfter)
        {
            var start = new ProcessStartInfo("dotnet")
            {
                ArgumentList =
                {
                    typeof(CrashHost).Assembly.Location, "crash-host", _state, _twin.ArmEndpoint.ToString(), _twin.CertificateAuthorityPem,
                    request, killAfter.ToString(CultureInfo.InvariantCulture),
                },
                RedirectStandardError = true,
                // Most of a short run is its start.
                Environment = { ["DOTNET_TieredPGO"] = "0" },
            };
            using var process = Process.Start(start)!;
            LastError = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode;
        }

        public IEnumerable<string> EventTypes() =>
            File.ReadLines(Path.Combine(_state, "topics", $"{LocalSystemOptions.TopicName}.jsonl"))
                .Select(line => JsonNode.Parse(line)!["type"]!.GetValue<string>());

        public Task<IReadOnlyList<string>> ListUserPoolsAsync() => ListNamesAsync(
            _arm,
            $"/subscriptions/{_twin.Options.SubscriptionId}/resourceGroups/{_twin.Options.ResourceGroup}/providers/Microsoft.ContainerService/"
            + $"managedClusters/{_twin.Options.Clusters[0].Name}/agentPools?api-version=2026-04-01",
            "value",
            pool => pool.GetProperty("properties").GetProperty("mode").GetString() == "User" ? pool.GetProperty("name").GetString() : null);

        public Task<IReadOnlyList<string>> ListTenantNamespacesAsync() => ListNamesAsync(
            _kubernetes,
            "/api/v1/namespaces?labelSelector=app.kubernetes.io/managed-by%3Dtenantsandbox",
            "items",
            found => found.GetProperty("metadata").GetProperty("name").GetString());

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
