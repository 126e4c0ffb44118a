using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using TenantSandbox.AksTwin;
using TenantSandbox.Cli.Local;

namespace TenantSandbox.Benchmarks;

/// <summary>
/// 10,000 tenants on six clusters of an instant twin (each below its limit of reservations, as an update needs a second one), through the
/// real worker process: one reconcile of all of them, updates, suspensions and resumptions. The environment variable
/// <c>LIFECYCLE_TENANTS</c> sets another number.
/// </summary>
internal static class LifecycleBenchmark
{
    private const int Clusters = 6;
    private const int OnboardingsAtOnce = 200;
    private static readonly string[] MaintenanceTasks =
        ["ReconcileTenants", "ReconcileClusters", "SweepOrphans", "ExpireTenants", "Watchdog", "PurgeHistory"];

    private const int Updates = 200;
    private const int Suspensions = 50;

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        var tenants = int.Parse(Environment.GetEnvironmentVariable("LIFECYCLE_TENANTS") ?? "10000", CultureInfo.InvariantCulture);
        var state = Directory.CreateTempSubdirectory("tenantsandbox-bench-");
        try
        {
            TwinCluster[] clusters = [.. Enumerable.Range(1, Clusters).Select(i => new TwinCluster { Name = $"aks-{i}" })];
            await using var twin = await TwinHost.StartAsync(new TwinOptions { Timing = TimingProfile.Instant, Clusters = clusters });
            await using var system = await LocalSystem.StartAsync(new LocalSystemOptions
            {
                StateDirectory = state.FullName,
                Twin = new TwinConnection(twin.ArmEndpoint, twin.CertificateAuthorityPem, twin.Options),
                Settings = Settings(),
            });
            using var http = new HttpClient { BaseAddress = system.Host.BaseAddress, Timeout = TimeSpan.FromMinutes(10) };
            http.DefaultRequestHeaders.Add("x-functions-key", system.Host.Keys.Function);
            var client = new Client(http);

            var clock = Stopwatch.StartNew();
            foreach (var batch in Enumerable.Range(0, tenants).Chunk(OnboardingsAtOnce))
            {
                await Parallel.ForEachAsync(batch, async (i, _) => await client.OnboardAsync($"t-{i}", $"aks-{(i % Clusters) + 1}"));
                foreach (var i in batch)
                {
                    await client.WaitAsync($"t-{i}", "ready", 1);
                }
            }

            var onboarding = clock.Elapsed.TotalSeconds;

            clock.Restart();
            var report = await client.ReconcileAsync();
            var reconcile = clock.Elapsed.TotalSeconds;
            var memory = ResidentMiB(system.Host.WorkerProcessId!.Value);
            if (report["compared"]!.GetValue<int>() != tenants || report["drifted"]!.GetValue<int>() != 0)
            {
                throw new InvalidOperationException($"The reconcile did not compare every tenant: {report.ToJsonString()}");
            }

            var updates = await MeasureAsync(Updates, i => client.UpdateAsync($"t-{i}", $"aks-{(i % Clusters) + 1}"));
            var suspensions = await MeasureAsync(Suspensions, i => client.ActAsync($"t-{i}", "suspend", "suspended"));
            var resumptions = await MeasureAsync(Suspensions, i => client.ActAsync($"t-{i}", "resume", "ready"));
            return
            [
                new Figure($"onboarding of {tenants} tenants", onboarding, "s"),
                new Figure($"reconcile of {tenants} tenants", reconcile, "s"),
                new Figure("calls to ARM and Kubernetes in it", report["apiCalls"]!.GetValue<int>(), "calls"),
                new Figure("memory of the worker after it", memory, "MB"),
                new Figure($"update of a tenant, p50 of {Updates}", Percentile(updates, 0.5), "ms"),
                new Figure($"update of a tenant, p99 of {Updates}", Percentile(updates, 0.99), "ms"),
                new Figure($"suspension, p99 of {Suspensions}", Percentile(suspensions, 0.99), "ms"),
                new Figure($"resumption, p99 of {Suspensions}", Percentile(resumptions, 0.99), "ms"),
            ];
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }

    private static Dictionary<string, string?> Settings()
    {
        var settings = Enumerable.Range(0, Clusters).ToDictionary(i => $"TenantSandbox:Clusters:{i}:MaxCount", string? (_) => "100");
        settings["TenantSandbox:Maintenance:TenantsPerPage"] = "200";
        settings["TenantSandbox:Maintenance:PageDelay"] = "00:00:00";

        // Only the run that is measured: another of the same task would be refused.
        foreach (var task in MaintenanceTasks)
        {
            settings[$"TenantSandbox:Maintenance:Schedules:{task}"] = "0 0 0 1 1 *";
        }

        return settings;
    }

    private static async Task<List<double>> MeasureAsync(int count, Func<int, Task> run)
    {
        var times = new List<double>();
        for (var i = 0; i < count; i++)
        {
            var clock = Stopwatch.StartNew();
            await run(i);
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        return times;
    }

    private static double Percentile(List<double> sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(sorted.Count * share) - 1)];

    private static double ResidentMiB(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.WorkingSet64 / (1024.0 * 1024.0);
    }

    private sealed class Client(HttpClient http)
    {
        private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

        public async Task OnboardAsync(string tenantId, string cluster)
        {
            using var response = await http.PostAsJsonAsync("/api/tenants", RequestOf(tenantId, cluster, 1, "registry.example/app:1"));
            response.EnsureSuccessStatusCode();
        }

        public async Task UpdateAsync(string tenantId, string cluster)
        {
            using var response = await http.PutAsJsonAsync($"/api/tenants/{tenantId}", RequestOf(tenantId, cluster, 2, "registry.example/app:2"));
            response.EnsureSuccessStatusCode();
            await WaitAsync(tenantId, "ready", 2);
        }

        public async Task ActAsync(string tenantId, string verb, string phase)
        {
            using var response = await http.PostAsJsonAsync(
                $"/api/tenants/{tenantId}/{verb}", new JsonObject { ["actor"] = "benchmark", ["reason"] = "measure" });
            response.EnsureSuccessStatusCode();
            await WaitAsync(tenantId, phase, 2);
        }

        /// <returns>The counts of the run's report.</returns>
        public async Task<JsonObject> ReconcileAsync()
        {
            using var response = await http.PostAsJsonAsync(
                "/api/maintenance/reconcile-tenants/run", new JsonObject { ["actor"] = "benchmark", ["reason"] = "measure" });
            response.EnsureSuccessStatusCode();
            while (true)
            {
                var page = await http.GetFromJsonAsync<JsonObject>("/api/maintenance");
                var task = page!["tasks"]!.AsArray().Single(t => t!["task"]!.GetValue<string>() == "reconcile-tenants")!;
                if (task["last"] is { } last && task["runningSince"] is null)
                {
                    return last["counts"]!.AsObject();
                }

                await Task.Delay(PollInterval);
            }
        }

        public async Task WaitAsync(string tenantId, string phase, long revision)
        {
            while (true)
            {
                var tenant = await http.GetFromJsonAsync<JsonObject>($"/api/tenants/{tenantId}");
                if (tenant!["operation"] is null && tenant["settledRevision"]!.GetValue<long>() >= revision)
                {
                    if (tenant["phase"]!.GetValue<string>() != phase || tenant["lastError"] is not null)
                    {
                        throw new InvalidOperationException($"Tenant {tenantId} is not {phase}: {tenant["phase"]} {tenant["lastError"]}");
                    }

                    return;
                }

                await Task.Delay(PollInterval);
            }
        }

        private static JsonObject RequestOf(string tenantId, string cluster, long revision, string image) => new()
        {
            ["tenantId"] = tenantId,
            ["revision"] = revision,
            ["tier"] = "pooled",
            ["cluster"] = cluster,
            ["workloads"] = new JsonArray { new JsonObject { ["name"] = "web", ["image"] = image, ["cpu"] = "20m", ["memory"] = "128Mi" } },
        };
    }
}
