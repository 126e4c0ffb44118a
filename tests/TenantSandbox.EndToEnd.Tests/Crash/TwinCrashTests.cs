using System.Diagnostics;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TenantSandbox.AksTwin;
using TenantSandbox.Cli.Local;

namespace TenantSandbox.EndToEnd.Tests.Crash;

/// <summary>The twin alone, as `./dev twin` starts it, dies by SIGKILL and is started again on the same folder.</summary>
public sealed partial class TwinCrashTests
{
    [Fact]
    public async Task Twin_KilledWhileAnOperationRuns_KeepsItsWorldAndEndsTheOperation()
    {
        var folder = Directory.CreateTempSubdirectory("tenantsandbox-twin-").FullName;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        string operation;
        using (var first = await TwinProcess.StartAsync(folder, limit.Token))
        {
            await first.PutPoolAsync("kata1");
            await first.NodeOfAsync("kata1", limit.Token);
            using var made = await first.Kubernetes.PostAsJsonAsync("/api/v1/namespaces", new { metadata = new { name = "kept" } }, limit.Token);
            Assert.Equal(201, (int)made.StatusCode);
            operation = await first.PutPoolAsync("kata2");
            Assert.Equal("InProgress", await first.StatusAsync(operation));

            Assert.Equal(128 + 9, await first.KillAsync());
        }

        using (var second = await TwinProcess.StartAsync(folder, limit.Token))
        {
            Assert.NotNull(await second.Kubernetes.GetFromJsonAsync<JsonNode>("/api/v1/namespaces/kept", limit.Token));
            Assert.Equal("Succeeded", await second.StateOfAsync("kata1"));
            await second.NodeOfAsync("kata1", limit.Token);

            await second.NodeOfAsync("kata2", limit.Token);

            Assert.Equal("Succeeded", await second.StatusAsync(operation));
            Assert.Equal("Succeeded", await second.StateOfAsync("kata2"));
        }

        Directory.Delete(folder, recursive: true);
    }

    private sealed partial class TwinProcess : IDisposable
    {
        private const string Version = "?api-version=2026-04-01";
        private readonly Process _process;
        private readonly HttpClient _arm;

        private TwinProcess(Process process, Uri arm, string files)
        {
            _process = process;
            var authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(files, "ca.pem"));
            _arm = Client(arm, authority);
            Kubernetes = Client(new Uri(Address().Match(File.ReadAllText(Path.Combine(files, "kubeconfig"))).Value), authority);
        }

        public HttpClient Kubernetes { get; }

        public static async Task<TwinProcess> StartAsync(string folder, CancellationToken cancellation)
        {
            var start = new ProcessStartInfo("dotnet")
            {
                // A pool takes 2.4 s at this speed: time enough to be killed in.
                ArgumentList = { typeof(LocalSystem).Assembly.Location, "twin", "--state", folder, "--files", folder, "--speed", "60" },
                RedirectStandardOutput = true,
            };
            var process = Process.Start(start)!;
            while (await process.StandardOutput.ReadLineAsync(cancellation) is { } line)
            {
                if (Address().Match(line) is { Success: true } arm)
                {
                    return new(process, new Uri(arm.Value), folder);
                }
            }

            throw new InvalidOperationException("The twin ended before it served.");
        }

        /// <summary>Starts to make a pool; the operation's path.</summary>
        public async Task<string> PutPoolAsync(string name)
        {
            var properties = new { count = 1, vmSize = "Standard_D4s_v5", workloadRuntime = "KataVmIsolation" };
            using var answer = await _arm.PutAsJsonAsync(PoolPath(name), new { properties });
            Assert.Equal(201, (int)answer.StatusCode);
            return new Uri(answer.Headers.GetValues("Azure-AsyncOperation").Single()).PathAndQuery;
        }

        public async Task<string> StatusAsync(string operation) => (await _arm.GetFromJsonAsync<JsonNode>(operation))!["status"]!.GetValue<string>();

        public async Task<string> StateOfAsync(string pool) =>
            (await _arm.GetFromJsonAsync<JsonNode>(PoolPath(pool)))!["properties"]!["provisioningState"]!.GetValue<string>();

        /// <summary>Comes back when the pool has a node, which is when its operation ends.</summary>
        public async Task NodeOfAsync(string pool, CancellationToken cancellation)
        {
            using var events = new StreamReader(await Kubernetes.GetStreamAsync($"/api/v1/nodes?watch=true&labelSelector=agentpool%3D{pool}", cancellation));
            Assert.Contains($"aks-{pool}-", await events.ReadLineAsync(cancellation), StringComparison.Ordinal);
        }

        public async Task<int> KillAsync()
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            return _process.ExitCode;
        }

        public void Dispose()
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
            _arm.Dispose();
            Kubernetes.Dispose();
        }

        private static string PoolPath(string name)
        {
            var twin = new TwinOptions();
            return $"/subscriptions/{twin.SubscriptionId}/resourceGroups/{twin.ResourceGroup}/providers/Microsoft.ContainerService/"
                + $"managedClusters/{twin.Clusters[0].Name}/agentPools/{name}{Version}";
        }

        private static HttpClient Client(Uri address, X509Certificate2 authority)
        {
            var handler = new SocketsHttpHandler
            {
                SslOptions = new()
                {
                    CertificateChainPolicy = new()
                    {
                        TrustMode = X509ChainTrustMode.CustomRootTrust,
                        CustomTrustStore = { authority },
                        RevocationMode = X509RevocationMode.NoCheck,
                    },
                },
            };
            return new(handler) { BaseAddress = address, DefaultRequestHeaders = { Authorization = new("Bearer", "tests") } };
        }

        [GeneratedRegex(@"https://127\.0\.0\.1:\d+")]
        private static partial Regex Address();
    }
}
