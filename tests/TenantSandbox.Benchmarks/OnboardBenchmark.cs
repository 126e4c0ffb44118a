using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using TenantSandbox.Local;
using TenantSandbox.Local.Engine;

namespace TenantSandbox.Benchmarks;

/// <summary>200 tenants into a warm pool of an instant twin: one at a time, then as many in bulk; every step durable.</summary>
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
            var run = new Run(system, http);

            // The first one makes the pool, and everything is compiled on the way.
            for (var i = 0; i < 20; i++) await run.OnboardAsync($"warm-{i}");

            var single = new List<double>();
            for (var i = 0; i < Tenants; i++) single.Add(await run.OnboardAsync($"single-{i}"));
            single.Sort();

            var clock = Stopwatch.StartNew();
            await Parallel.ForAsync(0, Tenants, new ParallelOptions { MaxDegreeOfParallelism = Senders }, async (i, _) => await run.OnboardAsync($"bulk-{i}"));
            var bulk = Tenants / clock.Elapsed.TotalSeconds;

            var history = (await system.Engine.ReadHistoryAsync($"single-{Tenants / 2}.1.1.onboard")).Count;
            var pools = system.Host.Topics.List(LocalSystemOptions.TopicName).Count(e => e.GetProperty("type").GetString() == "tenantsandbox.pool.created");
            return
            [
                new Figure($"event to ready, one at a time, p50 of {Tenants}", single[Tenants / 2], "ms"),
                new Figure($"event to ready, one at a time, p99 of {Tenants}", single[(int)(Tenants * 0.99) - 1], "ms", AtMost: 500),
                new Figure($"tenants in bulk, {Senders} senders", bulk, "a second", AtLeast: 20),
                new Figure("history events of one onboarding", history, "events", AtMost: 40),
                new Figure("ARM writes per pool made", system.Twin!.Calls.Total("arm.agentPools.put") / (double)pools, "writes", AtMost: 1),
            ];
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }

    private sealed class Run
    {
        private readonly HttpClient _http;
        private readonly ConcurrentDictionary<string, TaskCompletionSource> _ended = new(StringComparer.Ordinal);

        public Run(LocalSystem system, HttpClient http)
        {
            _http = http;
            system.Engine.Progress += news =>
            {
                if (news.Name != Orchestration || !_ended.TryGetValue(news.InstanceId, out var ended)) return;
                if (news.Kind is EngineProgressKind.InstanceCompleted) ended.TrySetResult();
                if (news.Kind is EngineProgressKind.InstanceFailed) ended.TrySetException(new InvalidOperationException($"{news.InstanceId}: {news.Detail}"));
            };
        }

        /// <returns>Milliseconds from the request to the end of the onboarding.</returns>
        public async Task<double> OnboardAsync(string tenantId)
        {
            var ended = _ended[$"{tenantId}.1.1.onboard"] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var clock = Stopwatch.StartNew();
            using var answer = await _http.PostAsJsonAsync("/api/tenants", RequestOf(tenantId));
            answer.EnsureSuccessStatusCode();
            await ended.Task.WaitAsync(TimeSpan.FromMinutes(1));
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
