using TenantSandbox.Infrastructure.Tests.Rules;

namespace TenantSandbox.Infrastructure.Tests.Documents;

/// <summary>docs/infrastructure-rules.md lists each of PSRule's rules for the resources here, and what of ours holds it.</summary>
public sealed class RuleTableTests
{
    private static readonly IReadOnlyList<string[]> Rows =
    [
        .. RepositoryFiles.Read("docs/infrastructure-rules.md").Split('\n').Where(l => l.StartsWith("| Azure.", StringComparison.Ordinal))
            .Select(l => l.Trim('|', ' ').Split('|').Select(c => c.Trim()).ToArray()),
    ];

    private static IEnumerable<string> Named => Rows.SelectMany(r => r[1].Split('`').Where((_, i) => i % 2 == 1));

    [Fact]
    public void Rows_OfTheTable_NameRulesThatExist()
    {
        Assert.True(Rows.Count > 80, $"{Rows.Count} rows");
        Assert.Empty(Named.Except(ResourceRuleTests.Rules.Keys).Except(["descriptions", "secrets", "linter", "parameters"]));
    }

    [Fact]
    public void Rows_OfTheTable_HaveARuleOrAReason() => Assert.All(Rows, r => Assert.True(r is [_, { Length: > 3 }], string.Join(' ', r)));

    [Fact]
    public void Rows_OfTheTable_AreDistinct() => Assert.Equal(Rows.Select(r => r[0]).Distinct(), Rows.Select(r => r[0]));
}
