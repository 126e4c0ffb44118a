using System.Globalization;
using TenantSandbox.Functions.Tests.Orchestrations;
using Xunit.Abstractions;

namespace TenantSandbox.Functions.Tests.Model;

/// <summary>
/// Random lives of tenants against a model. The environment variable <c>MODEL_SEEDS</c> sets the number of seeds, <c>MODEL_SEED</c> the
/// only one to run.
/// </summary>
public sealed class LifecycleModelTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Lifecycle_RandomMonths_EndAsTheModelSays()
    {
        var seeds = Setting("MODEL_SEED") is { } only ? [only] : Enumerable.Range(1, Setting("MODEL_SEEDS") ?? 50).ToArray();
        var failures = new List<string>();
        await Parallel.ForEachAsync(seeds, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (seed, _) =>
        {
            await using var system = await TestSystem.StartAsync();
            var run = new ModelRun(seed, system);
            try
            {
                await run.RunAsync();
            }
            catch (Exception e)
            {
                var running = await run.DescribeRunningAsync();
                lock (failures)
                {
                    failures.Add($"seed {seed}: {e.Message}\n  {string.Join("\n  ", run.Log.Concat(running))}");
                }
            }
        });

        output.WriteLine($"{seeds.Length} seeds, {failures.Count} failed");
        Assert.True(failures.Count == 0, $"{failures.Count} of {seeds.Length} seeds failed. MODEL_SEED=… runs one.\n{string.Join("\n\n", failures.Take(3))}");
    }

    private static int? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
