using System.Diagnostics;
using System.Globalization;

namespace TenantSandbox.Benchmarks;

/// <summary>From the start of the program that <c>./dev run</c> starts after the build to its first ready tenant, from nothing, as a process of its own.</summary>
internal static class StartBenchmark
{
    private const int Rounds = 5;

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        var times = new List<double>();
        for (var i = 0; i < Rounds; i++)
        {
            times.Add(await MeasureAsync());
        }

        times.Sort();
        return
        [
            new Figure($"start to the first ready tenant, median of {Rounds}", times[Rounds / 2], "s", AtMost: 5),
            new Figure("the slowest of them", times[^1], "s"),
        ];
    }

    private static async Task<double> MeasureAsync()
    {
        var state = Directory.CreateTempSubdirectory("tenantsandbox-bench-");
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { typeof(Cli.Local.LocalSystem).Assembly.Location, "run", "--once", "--port", "0", "--state", state.FullName },
            RedirectStandardOutput = true,
        };
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        double? ready = null;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains("OnboardOrchestration", StringComparison.Ordinal) && line.Contains("completed", StringComparison.Ordinal))
            {
                ready ??= clock.Elapsed.TotalSeconds;
            }
        }

        await process.WaitForExitAsync();
        state.Delete(recursive: true);
        return process.ExitCode == 0 && ready is { } seconds
            ? seconds
            : throw new InvalidOperationException(
                $"The run ended with {process.ExitCode.ToString(CultureInfo.InvariantCulture)} and {(ready is null ? "no" : "a")} ready tenant.");
    }
}
