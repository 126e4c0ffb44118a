using TenantSandbox.Cli.Local;

namespace TenantSandbox.Benchmarks;

/// <summary>Verifies 200 tenants of an instant twin on demand, with a probe each, through the real worker process.</summary>
internal static class VerifyBenchmark
{
    private const int Tenants = 200;
    private const int Senders = 16;
    private const int Fleet = 10_000;

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        var state = Directory.CreateTempSubdirectory("tenantsandbox-bench-");
        try
        {
            await using var system = await LocalSystem.StartAsync(new LocalSystemOptions { StateDirectory = state.FullName });
            using var runs = new TenantRuns(system);
            await TenantRuns.AtOnceAsync(Tenants, Senders, i => runs.OnboardAsync($"t-{i}"));

            var single = await TenantRuns.OneByOneAsync(Tenants, i => runs.VerifyAsync($"t-{i}", 2));
            var (arm, kubernetes) = (system.Twin!.Calls.Total("arm."), system.Twin.Calls.Total("kube."));
            var rate = await TenantRuns.AtOnceAsync(Tenants, Senders, i => runs.VerifyAsync($"t-{i}", 3));
            double Calls(string api, int before) => (system.Twin.Calls.Total(api) - before) / (double)Tenants;

            return
            [
                new Figure($"verification, one at a time, p50 of {Tenants}", single[Tenants / 2], "ms"),
                new Figure($"verification, one at a time, p99 of {Tenants}", single[(int)(Tenants * 0.99) - 1], "ms"),
                new Figure($"verifications, {Senders} at once", rate, "a second"),
                new Figure("calls to Kubernetes for one", Calls("kube.", kubernetes), "calls"),
                new Figure("calls to ARM for one", Calls("arm.", arm), "calls"),
                new Figure($"{Fleet} tenants at this rate", Fleet / rate / 60, "min"),
                new Figure($"calls to Kubernetes for {Fleet} tenants", Fleet * Calls("kube.", kubernetes), "calls"),
            ];
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }
}
