using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TenantSandbox.Functions.Telemetry;

namespace TenantSandbox.Infrastructure.Tests.Documents;

/// <summary>Alerts and the workbook query metrics that the app has, and docs/runbook.md has an entry for each alert.</summary>
public sealed partial class RunbookTests
{
    private static readonly IReadOnlyDictionary<string, string> Alerts = ReadAlerts();

    private static readonly IReadOnlyDictionary<string, string[]> Labels = RepositoryFiles.Read("docs/telemetry.md").Split('\n')
        .Where(line => line.StartsWith("| `tenantsandbox.", StringComparison.Ordinal))
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
        .ToDictionary(cells => cells[1].Trim('`'), cells => cells[4].Split(',', StringSplitOptions.TrimEntries).Select(label => label.Trim('`')).ToArray());

    private static string[] Metrics =>
        [.. typeof(SandboxMetrics).GetProperties(BindingFlags.Public | BindingFlags.Static).Select(p => p.GetValue(null)).OfType<Instrument>().Select(i => i.Name)];

    [Fact]
    public void Entries_OfTheRunbook_AreTheAlerts() => Assert.Equal(
        Alerts.Keys.Append("dead-lettered").Order(StringComparer.Ordinal),
        Heading().Matches(RepositoryFiles.Read("docs/runbook.md")).Select(m => m.Groups["name"].Value).Order(StringComparer.Ordinal));

    [Fact]
    public void Queries_OfAlerts_NameMetricsAndLabelsThatExist() => Assert.All(Alerts.Values, AssertExists);

    [Fact]
    public void Queries_OfTheWorkbook_ShowEveryMetricButTheRuns()
    {
        var queries = JsonNode.Parse(RepositoryFiles.Read("infra/app/workbook.json"))!["items"]!.AsArray()
            .Select(item => (string?)item!["content"]!["query"]).OfType<string>().ToArray();

        Assert.All(queries, AssertExists);
        Assert.Equal("tenantsandbox.maintenance.runs", Assert.Single(Metrics.Except(queries.SelectMany(Named))));
    }

    private static void AssertExists(string query)
    {
        var metric = Assert.Single(Named(query));
        Assert.Contains(metric, Metrics);
        Assert.All(Property().Matches(query).Select(m => m.Groups["label"].Value), label => Assert.Contains(label, Labels[metric]));
    }

    private static IEnumerable<string> Named(string query) => Metric().Matches(query).Select(m => m.Groups["name"].Value);

    private static Dictionary<string, string> ReadAlerts()
    {
        var alerts = Item().Split(RepositoryFiles.Read("infra/app/alerts.yaml")).Skip(1).ToArray();
        Assert.NotEmpty(alerts);
        return alerts.ToDictionary(a => a[..a.IndexOf('\n', StringComparison.Ordinal)].Trim(), a => a[a.IndexOf("query: |", StringComparison.Ordinal)..]);
    }

    [GeneratedRegex("^- name: ", RegexOptions.Multiline)]
    private static partial Regex Item();

    [GeneratedRegex("^## (?<name>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("Name == '(?<name>[^']+)'")]
    private static partial Regex Metric();

    [GeneratedRegex(@"Properties(\.|\[')(?<label>[a-z]+)")]
    private static partial Regex Property();
}
