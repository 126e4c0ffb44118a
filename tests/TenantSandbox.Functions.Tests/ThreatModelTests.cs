using System.Text.RegularExpressions;

namespace TenantSandbox.Functions.Tests;

/// <summary>docs/threat-model.md says what holds each defence: checks, rules and tests that exist.</summary>
public sealed partial class ThreatModelTests
{
    private static readonly string[] Threats = [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "threat-model.md"))
        .SkipWhile(line => line != "## Threats").TakeWhile(line => !line.StartsWith("## What it does not", StringComparison.Ordinal))
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| threat |", StringComparison.Ordinal) && !line.StartsWith("| ---", StringComparison.Ordinal))];

    [Fact]
    public void Threats_Each_AreHeldByWhatExists()
    {
        var known = Checks().Concat(Rules()).Concat(Tests()).ToHashSet(StringComparer.Ordinal);

        Assert.True(Threats.Length > 25, "the tables of threats were not found");
        Assert.All(Threats, threat =>
        {
            var held = Name().Matches(threat.Split('|')[3]).Select(m => m.Groups["name"].Value).ToArray();
            Assert.NotEmpty(held);
            Assert.All(held, name => Assert.Contains(name, known));
        });
    }

    private static IEnumerable<string> Checks() => Row().Matches(Read("docs/isolation-checks.md")).Select(m => m.Groups["id"].Value);

    private static IEnumerable<string> Rules() => Directory.GetFiles(Path.Combine(Repository.Root, "infra", "policies"), "*.yaml")
        .SelectMany(f => Rule().Matches(File.ReadAllText(f))).Select(m => m.Groups["id"].Value);

    private static IEnumerable<string> Tests() => Directory.GetFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
        .Select(f => Path.GetFileNameWithoutExtension(f));

    private static string Read(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));

    [GeneratedRegex("`(?<name>[^`]+)`")]
    private static partial Regex Name();

    [GeneratedRegex("^\\| `(?<id>[a-z]+\\.[a-z-]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("message: \"(?<id>tenantsandbox/[a-z-]+):")]
    private static partial Regex Rule();
}
