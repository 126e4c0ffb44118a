using TenantSandbox.Benchmarks;

var known = new Dictionary<string, Func<Task<IReadOnlyList<Figure>>>>(StringComparer.Ordinal)
{
    ["start"] = StartBenchmark.RunAsync,
    ["onboard"] = OnboardBenchmark.RunAsync,
    ["engine"] = EngineBenchmark.RunAsync,
    ["twin"] = TwinBenchmark.RunAsync,
};
var chosen = args.Length == 0 ? [.. known.Keys] : args;
if (chosen.FirstOrDefault(name => !known.ContainsKey(name)) is { } unknown)
{
    await Console.Error.WriteLineAsync($"There is no benchmark '{unknown}'; there are {string.Join(", ", known.Keys)}.");
    return 2;
}

Console.WriteLine($"{Environment.ProcessorCount} cores, {Environment.OSVersion.VersionString}, .NET {Environment.Version}\n");
var reached = true;
foreach (var name in chosen)
{
    var figures = await known[name]();
    Console.WriteLine($"./dev bench {name}");
    foreach (var figure in figures)
    {
        Console.WriteLine($"  {figure}");
        reached &= figure.Reached;
    }

    Console.WriteLine();
}

return reached ? 0 : 1;
