using System.Diagnostics;
using TenantSandbox.Benchmarks;
using TenantSandbox.Benchmarks.PolicyOracle;

var known = new Dictionary<string, Func<Task<IReadOnlyList<Figure>>>>(StringComparer.Ordinal)
{
    ["start"] = StartBenchmark.RunAsync,
    ["onboard"] = OnboardBenchmark.RunAsync,
    ["verify"] = VerifyBenchmark.RunAsync,
    ["lifecycle"] = LifecycleBenchmark.RunAsync,
    ["storage"] = StorageBenchmark.RunAsync,
    ["worker"] = WorkerBenchmark.RunAsync,
    ["twin"] = TwinBenchmark.RunAsync,
};
if (args is ["reachability", .. var rest])
{
    return rest is [var checkout] ? ReachabilityComparison.Run(checkout) : ReachabilityComparison.Usage();
}

if (args is ["pod-security", ..])
{
    // Not one of those that run without a name: its fixtures aren't in this repository.
    if (args is [_, var folder] && Directory.Exists(folder))
    {
        return Print(args[0], PodSecurityBenchmark.Run(folder));
    }

    await Console.Error.WriteLineAsync("Usage: ./dev bench pod-security FOLDER, with the folder test/testdata of kubernetes/pod-security-admission.");
    return 2;
}

if (args is [var name] && known.TryGetValue(name, out var benchmark))
{
    return Print(name, await benchmark());
}

if (args.FirstOrDefault(arg => !known.ContainsKey(arg)) is { } unknown)
{
    await Console.Error.WriteLineAsync($"There is no benchmark '{unknown}'; there are {string.Join(", ", known.Keys)}.");
    return 2;
}

// Each in a process of its own, or the compiler and the heap of one would be measured with the next.
Console.WriteLine($"{Environment.ProcessorCount} cores, {Environment.OSVersion.VersionString}, .NET {Environment.Version}\n");
var reached = true;
foreach (var one in args.Length == 0 ? [.. known.Keys] : args)
{
    using var process = Process.Start("dotnet", [typeof(Figure).Assembly.Location, one]);
    await process.WaitForExitAsync();
    reached &= process.ExitCode == 0;
}

return reached ? 0 : 1;

static int Print(string name, IReadOnlyList<Figure> figures)
{
    Console.WriteLine($"./dev bench {name}");
    foreach (var figure in figures)
    {
        Console.WriteLine($"  {figure}");
    }

    Console.WriteLine();
    return figures.All(figure => figure.Reached) ? 0 : 1;
}
