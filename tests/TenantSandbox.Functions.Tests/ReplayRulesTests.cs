using System.Text.RegularExpressions;

namespace TenantSandbox.Functions.Tests;

/// <summary>Everything that runs during replay lies under the rules of .editorconfig that ban clock, random, I/O and configuration.</summary>
public sealed partial class ReplayRulesTests
{
    private const string App = "src/TenantSandbox.Functions";

    [Fact]
    public void EditorConfig_Sections_BanSymbolsInOrchestrations()
    {
        var sections = Section().Matches(SourceTree.Read(".editorconfig"))
            .Where(m => m.Groups["rules"].Value.Contains("dotnet_diagnostic.RS0030.severity = error", StringComparison.Ordinal))
            .Select(m => m.Groups["glob"].Value);

        Assert.Equal(["*Orchestration.cs", $"{App}/Orchestration/**.cs"], sections);
    }

    [Fact]
    public void SourceFiles_ThatUseTheOrchestrationContext_AreUnderTheRules()
    {
        var folder = Path.Combine(SourceTree.Root, App);
        var replayed = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))
            .Where(f => !f.StartsWith("obj/", StringComparison.Ordinal) && !f.StartsWith("bin/", StringComparison.Ordinal))
            .Where(f => ReplayedCode().IsMatch(SourceTree.Read($"{App}/{f}")))
            .ToArray();

        Assert.InRange(replayed.Length, 10, int.MaxValue);
        Assert.All(replayed, f => Assert.True(
            f.StartsWith("Orchestration/", StringComparison.Ordinal) || f.EndsWith("Orchestration.cs", StringComparison.Ordinal),
            $"{f} runs during replay: move it to Orchestration/ or name it *.Orchestration.cs"));
    }

    [GeneratedRegex(@"\b(TaskOrchestrationContext|OperationProgress|OrchestrationTrigger)\b")]
    private static partial Regex ReplayedCode();

    [GeneratedRegex(@"^\[(?<glob>[^\]]+)\]\n(?<rules>(?:(?!\[).*(\n|$))*)", RegexOptions.Multiline)]
    private static partial Regex Section();
}
