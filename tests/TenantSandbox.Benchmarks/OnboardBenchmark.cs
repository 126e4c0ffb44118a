using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using TenantSandbox.Cli.Local;
using TenantSandbox.Hosting.Durable;

namespace TenantSandbox.Benchmarks;

/// <summary>
/// 200 tenants into a warm pool of an instant twin, through the real worker process: one at a time, then in bulk. Every step is
/// durable with <c>synchronous=FULL</c>.
/// </summary>
internal static class OnboardBenchmark
{
    private const int Tenants = 200;
    private const int Senders = 16;
    private const string Orchestration = "OnboardOrchestration";

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        var state = Directory.CreateTempSubdirectory("tenantsandbox-bench-");
        try
        {
            await using var system = await LocalSystem.StartAsync(new LocalSystemOptions { StateDirectory = state.FullName });
            using var http = new HttpClient { BaseAddress = system.Host.BaseAddress };
            http.DefaultRequestHeaders.Add("x-functions-key", system.Host.Keys.Function);
            var onboarder = new Onboarder(system, http);

            // The first tenant creates the pool, and the code is compiled on the way.
            for (var i = 0; i < 40; i++)
            {
                await onboarder.OnboardAsync($"warm-{i}");
            }

            var single = new List<double>();
            for (var i = 0; i < Tenants; i++)
            {
                single.Add(await onboarder.OnboardAsync($"single-{i}"));
            }

            single.Sort();
            var clock = Stopwatch.StartNew();
            await Parallel.ForAsync(
                0, Tenants, new ParallelOptions { MaxDegreeOfParallelism = Senders }, async (i, _) => await onboarder.OnboardAsync($"bulk-{i}"));
            var bulk = Tenants / clock.Elapsed.TotalSeconds;

            using var history = JsonDocument.Parse(await system.Host.TaskHubClient.GetOrchestrationHistoryAsync($"single-{Tenants / 2}.1.1.onboard", null));
            var pools = system.Host.Topics.List(LocalSystemOptions.TopicName).Count(e => e.GetProperty("type").GetString() == "tenantsandbox.pool.created");
            return
            [
                new Figure($"event to ready, one at a time, p50 of {Tenants}", single[Tenants / 2], "ms"),
                new Figure($"event to ready, one at a time, p99 of {Tenants}", single[(int)(Tenants * 0.99) - 1], "ms", AtMost: 500),
                new Figure($"tenants in bulk, {Senders} senders", bulk, "a second", AtLeast: 20),
                new Figure("history events of one onboarding", history.RootElement.GetArrayLength(), "events", AtMost: 40),
                new Figure("ARM writes per pool created", system.Twin!.Calls.Total("arm.agentPools.put") / (double)pools, "writes", AtMost: 1),
            ];
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }

    private sealed class Onboarder
    {
        private readonly HttpClient _http;
        private readonly ConcurrentDictionary<string, TaskCompletionSource> _pending = new(StringComparer.Ordinal);

        public Onboarder(LocalSystem system, HttpClient http)
        {
            _http = http;
            system.Host.Progress += report =>
            {
                if (report.Name != Orchestration || !_pending.TryGetValue(report.InstanceId, out var pending))
                {
                    return;
                }

                switch (report.Kind)
                {
                    case DurableProgressKind.InstanceCompleted:
                        pending.TrySetResult();
                        break;
                    case DurableProgressKind.InstanceFailed:
                        pending.TrySetException(new InvalidOperationException($"{report.InstanceId}: {report.Detail}"));
                        break;
                }
            };
        }

        /// <returns>Milliseconds from the request to the end of the onboarding.</returns>
        public async Task<double> OnboardAsync(string tenantId)
        {
            var pending = _pending[$"{tenantId}.1.1.onboard"] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var clock = Stopwatch.StartNew();
            using var response = await _http.PostAsJsonAsync("/api/tenants", RequestOf(tenantId));
            response.EnsureSuccessStatusCode();
            await pending.Task.WaitAsync(TimeSpan.FromMinutes(1));
            return clock.Elapsed.TotalMilliseconds;
        }

        private static JsonObject RequestOf(string tenantId) => new()
        {
            ["tenantId"] = tenantId,
            ["revision"] = 1,
            ["tier"] = "pooled",
            ["workloads"] = new JsonArray
            {
                new JsonObject { ["name"] = "web", ["image"] = "registry.example/app:1", ["cpu"] = "50m", ["memory"] = "128Mi" },
            },
        };
    }
}
