using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TenantSandbox.AksTwin;
using TenantSandbox.Local;
using Xunit.Abstractions;

namespace TenantSandbox.EndToEnd.Tests;

/// <summary>The process dies after each durable step in turn; the next one must bring it to the same end.</summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int Killed = 128 + 9;

    // Each step has a world of its own, so that steps can be tried side by side.
    private static readonly int AtOnce = Math.Max(2, Environment.ProcessorCount);

    [Fact]
    public async Task Onboarding_KilledAfterEveryDurableStep_EndsTheSame()
    {
        var killed = await ForEveryStepAsync(async (world, step) =>
        {
            var first = await world.RunAsync("onboard", step);
            Assert.True(first is 0 or Killed, $"step {step}: the process ended with {first}: {world.LastError}");
            if (first == 0) return false;

            Assert.True(await world.RunAsync("onboard", 0) == 0, $"step {step}: {world.LastError}");
            await AssertReadyAsync(world);
            return true;
        });

        output.WriteLine($"killed after each of {killed} durable steps");
        Assert.InRange(killed, 15, 200);
    }

    [Fact]
    public async Task Offboarding_KilledAfterEveryDurableStep_LeavesNothing()
    {
        var killed = await ForEveryStepAsync(async (world, step) =>
        {
            Assert.True(await world.RunAsync("onboard", 0) == 0, world.LastError);
            var first = await world.RunAsync("offboard", step);
            Assert.True(first is 0 or Killed, $"step {step}: the process ended with {first}: {world.LastError}");
            if (first == 0) return false;

            Assert.True(await world.RunAsync("offboard", 0) == 0, $"step {step}: {world.LastError}");
            await AssertNothingLeftAsync(world);
            return true;
        });

        output.WriteLine($"killed after each of {killed} durable steps");
        Assert.InRange(killed, 15, 200);
    }

    /// <returns>How many steps there were to die after.</returns>
    private static async Task<int> ForEveryStepAsync(Func<World, int, Task<bool>> tryStep)
    {
        for (var step = 1; ; step += AtOnce)
        {
            var died = await Task.WhenAll(Enumerable.Range(step, AtOnce).Select(async one =>
            {
                await using var world = await World.CreateAsync();
                return await tryStep(world, one);
            }));
            if (!died.All(it => it)) return step - 1 + died.TakeWhile(it => it).Count();
        }
    }

    private static async Task AssertReadyAsync(World world)
    {
        Assert.Equal(["tenantsandbox.pool.created", "tenantsandbox.tenant.ready"], world.EventTypes().Order(StringComparer.Ordinal));
        Assert.Single(await world.UserPoolsAsync());
        Assert.Single(await world.TenantNamespacesAsync());
    }

    private static async Task AssertNothingLeftAsync(World world)
    {
        Assert.Equal(
            ["tenantsandbox.pool.created", "tenantsandbox.pool.deleted", "tenantsandbox.tenant.offboarded", "tenantsandbox.tenant.ready"],
            world.EventTypes().Order(StringComparer.Ordinal));
        Assert.Empty(await world.UserPoolsAsync());
        Assert.Empty(await world.TenantNamespacesAsync());
    }

    /// <summary>A twin and a state folder, which processes come and go on.</summary>
    private sealed class World : IAsyncDisposable
    {
        private readonly string _state = Directory.CreateTempSubdirectory("tenantsandbox-crash-").FullName;
        private readonly TwinHost _twin;
        private readonly HttpClient _arm;
        private readonly HttpClient _kubernetes;

        private World(TwinHost twin)
        {
            _twin = twin;
            _arm = Client(twin.ArmEndpoint);
            _kubernetes = Client(twin.KubernetesEndpoint());
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

        public async Task<int> RunAsync(string request, int dieAfter)
        {
            var start = new ProcessStartInfo("dotnet")
            {
                ArgumentList =
                {
                    typeof(CrashHost).Assembly.Location, "crash-host", _state, _twin.ArmEndpoint.ToString(), _twin.CertificateAuthorityPem,
                    request, dieAfter.ToString(CultureInfo.InvariantCulture),
                },
                RedirectStandardError = true,
                // Most of a short life goes into its start.
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

        public Task<IReadOnlyList<string>> UserPoolsAsync() => NamesAsync(
            _arm,
            $"/subscriptions/{_twin.Options.SubscriptionId}/resourceGroups/{_twin.Options.ResourceGroup}/providers/Microsoft.ContainerService/"
            + $"managedClusters/{_twin.Options.Clusters[0].Name}/agentPools?api-version=2026-04-01",
            "value",
            pool => pool.GetProperty("properties").GetProperty("mode").GetString() == "User" ? pool.GetProperty("name").GetString() : null);

        public Task<IReadOnlyList<string>> TenantNamespacesAsync() => NamesAsync(
            _kubernetes,
            "/api/v1/namespaces?labelSelector=app.kubernetes.io/managed-by%3Dtenantsandbox",
            "items",
            found => found.GetProperty("metadata").GetProperty("name").GetString());

        private static async Task<IReadOnlyList<string>> NamesAsync(HttpClient http, string path, string list, Func<JsonElement, string?> name)
        {
            using var answer = JsonDocument.Parse(await http.GetStringAsync(new Uri(path, UriKind.Relative)));
            return [.. answer.RootElement.GetProperty(list).EnumerateArray().Select(name).OfType<string>()];
        }

        private HttpClient Client(Uri address)
        {
            var client = new HttpClient(_twin.CreateHandler()) { BaseAddress = address };
            client.DefaultRequestHeaders.Authorization = new("Bearer", "tests");
            return client;
        }
    }
}
