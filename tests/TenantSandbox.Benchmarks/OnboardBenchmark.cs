using System.Text.Json;
using TenantSandbox.Cli.Local;

namespace TenantSandbox.Benchmarks;

/// <summary>
/// 200 tenants into a warm pool of an instant twin, through the real worker process: one at a time, then in bulk, without verification and
/// with it. Every step is durable with <c>synchronous=FULL</c>.
/// </summary>
internal static class OnboardBenchmark
{
    private const int Tenants = 200;
    private const int Senders = 16;

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        var plain = await RunAsync(isVerified: false);
        var verified = await RunAsync(isVerified: true);
        return
        [
            new Figure($"event to ready, one at a time, p50 of {Tenants}", plain.P50, "ms"),
            new Figure($"event to ready, one at a time, p99 of {Tenants}", plain.P99, "ms", AtMost: 500),
            new Figure($"tenants in bulk, {Senders} senders", plain.Bulk, "a second", AtLeast: 20),
            new Figure("history events of one onboarding", plain.HistoryEvents, "events", AtMost: 40),
            new Figure("ARM writes per pool created", plain.WritesPerPool, "writes", AtMost: 1),
            new Figure("verified before ready, p50", verified.P50, "ms"),
            new Figure("verified before ready, p99", verified.P99, "ms"),
            new Figure("added by verification, p50", verified.P50 - plain.P50, "ms", AtMost: 1000),
            new Figure("added by verification, p99", verified.P99 - plain.P99, "ms", AtMost: 1000),
            new Figure("verified tenants in bulk", verified.Bulk, "a second"),
        ];
    }

    private static async Task<Run> RunAsync(bool isVerified)
    {
        var state = Directory.CreateTempSubdirectory("tenantsandbox-bench-");
        try
        {
            await using var system = await LocalSystem.StartAsync(new LocalSystemOptions
            {
                StateDirectory = state.FullName,
                Settings = new Dictionary<string, string?> { ["TenantSandbox:Verification:Enabled"] = $"{isVerified}" },
            });
            using var runs = new TenantRuns(system);

            // The first tenant creates the pool, and the code is compiled on the way.
            await TenantRuns.OneByOneAsync(40, i => runs.OnboardAsync($"warm-{i}"));
            var single = await TenantRuns.OneByOneAsync(Tenants, i => runs.OnboardAsync($"single-{i}"));
            var bulk = await TenantRuns.AtOnceAsync(Tenants, Senders, i => runs.OnboardAsync($"bulk-{i}"));

            using var history = JsonDocument.Parse(await system.Host.TaskHubClient.GetOrchestrationHistoryAsync($"single-{Tenants / 2}.1.1.onboard", null));
            var pools = system.Host.Topics.List(LocalSystemOptions.TopicName).Count(e => e.GetProperty("type").GetString() == "tenantsandbox.pool.created");
            return new Run(
                single[Tenants / 2], single[(int)(Tenants * 0.99) - 1], bulk, history.RootElement.GetArrayLength(),
                system.Twin!.Calls.Total("arm.agentPools.put") / (double)pools);
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }

    private sealed record Run(double P50, double P99, double Bulk, int HistoryEvents, double WritesPerPool);
}
