using System.Text.Json.Nodes;

namespace TenantSandbox.Benchmarks.PolicyOracle;

/// <summary>
/// Compares the evaluator of network policies with the results that a checkout of github.com/np-guard/netpol-analyzer stores for its test folders.
/// </summary>
internal static class ReachabilityComparison
{
    private static readonly string[] Suffixes = ["_connlist_output.txt", "_exposure_output.txt"];

    private static readonly string[] AdminKinds = ["AdminNetworkPolicy", "BaselineAdminNetworkPolicy"];

    /// <summary>Prints how many folders agree, every disagreement, and how many folders were left out and why.</summary>
    /// <returns>0 if all agree, 1 if any doesn't or none was compared, 2 if the folder is no such checkout.</returns>
    public static int Run(string checkout)
    {
        var (tests, outputs) = (Path.Combine(checkout, "tests"), Path.Combine(checkout, "test_outputs", "connlist"));
        if (!Directory.Exists(tests) || !Directory.Exists(outputs))
        {
            Console.Error.WriteLine($"{checkout} lacks tests or test_outputs/connlist.");
            return Usage();
        }

        Console.WriteLine("./dev bench reachability");
        var (agreed, compared, pairs) = (0, 0, 0);
        var leftOut = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var folder in Directory.EnumerateDirectories(tests).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(folder);
            // Of a folder that has both, the second repeats the connections of the first.
            var output = Suffixes.Select(s => Path.Combine(outputs, $"{name}{s}")).FirstOrDefault(File.Exists);
            if (output is null)
            {
                Leave("has no stored list of all connections");
                continue;
            }

            var lines = File.ReadAllLines(output);
            var objects = YamlObjects.Read(folder);
            if (objects.Any(o => AdminKinds.Contains($"{o["kind"]}")))
            {
                Leave("has admin network policies");
                continue;
            }

            if (lines.Any(l => l.StartsWith("Permitted connectivity analyzed in", StringComparison.Ordinal)))
            {
                Leave("has pods in several networks");
                continue;
            }

            var expected = ConnectionList.Parse(lines);
            var differences = Compare(objects, expected);
            compared++;
            pairs += expected.Count;
            agreed += differences.Count == 0 ? 1 : 0;
            foreach (var difference in differences)
            {
                Console.WriteLine($"  {name}: {difference}");
            }
        }

        Console.WriteLine($"  {agreed} of {compared} folders agree, with {pairs:N0} connecting pairs");
        foreach (var (reason, count) in leftOut)
        {
            Console.WriteLine($"  left out: {count} folders, {reason}");
        }

        return compared > 0 && agreed == compared ? 0 : 1;

        void Leave(string reason) => leftOut[reason] = leftOut.GetValueOrDefault(reason) + 1;
    }

    /// <returns>The exit code for wrong arguments.</returns>
    public static int Usage()
    {
        Console.Error.WriteLine("usage: ./dev bench reachability FOLDER, with a checkout of github.com/np-guard/netpol-analyzer");
        return 2;
    }

    private static IReadOnlyList<string> Compare(IReadOnlyCollection<JsonObject> objects, ConnectionList expected)
    {
        try
        {
            return [.. ConnectionList.Evaluate(objects).Differences(expected)];
        }
        catch (FormatException e)
        {
            return [e.Message];
        }
    }
}
