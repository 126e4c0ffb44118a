using System.Runtime.CompilerServices;
using System.Text;
using TenantSandbox.Core.Isolation.Verification;

namespace TenantSandbox.Core.Tests.Isolation.Verification;

/// <summary>Makes docs/isolation-checks.md from the rules; with UPDATE_GOLDEN=1 it writes the page instead of comparing it.</summary>
public sealed class IsolationChecksPageTests
{
    private const string Head =
        """
        # Isolation checks

        What a verification of a tenant's isolation checks, by the stable identifier that reports use. Made from the rules
        (`UPDATE_GOLDEN=1 dotnet test --filter IsolationChecksPageTests` writes it).

        A check has a subject, what is expected, what was observed, when, a verdict, and a reason where the values don't tell:

        - **passed**: the boundary holds here.
        - **failed**: it doesn't hold, or that it holds could not be shown. What can't be seen or read fails the check, with the reason.
        - **warning**: nothing is shown about the boundary, but an operator should know.
        - **notApplicable**: does not apply to this cluster or tenant, for the reason given.

        One failed check fails the verification: an onboarding, update or resumption then doesn't become ready, and a tenant that was ready is
        quarantined. That a workload of a tenant in use doesn't run (image pull error, crash, no node) is a warning, and quarantines nobody. The checks `probe.*` need a probe image (`TenantSandbox__Verification__ProbeImage`); without one they are notApplicable and say so.
        A guest sees less than its limit, because its kernel takes a part: at least half of the probe's 128 MiB must be left.


        """;

    [Fact]
    public void Page_Kept_IsMadeFromTheRules()
    {
        var page = new StringBuilder(Head.ReplaceLineEndings("\n"));
        foreach (var area in IsolationVerification.Rules.GroupBy(r => r.Area))
        {
            page.Append("## ").Append(area.Key).Append("\n\n| check | holds when |\n| --- | --- |\n");
            foreach (var rule in area)
            {
                page.Append("| `").Append(rule.Id).Append("` | ").Append(rule.Expects).Append(" |\n");
            }

            page.Append('\n');
        }

        var text = page.ToString().TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(Path.Combine(Folder(), "..", "..", "..", "..", "docs", "isolation-checks.md"), text);
            return;
        }

        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Isolation", "isolation-checks.md")).ReplaceLineEndings("\n"), text);
    }

    [Fact]
    public void Rules_All_HaveUniqueIdsThatBeginWithTheirArea()
    {
        Assert.Equal(IsolationVerification.Rules.Count, IsolationVerification.Rules.DistinctBy(r => r.Id).Count());
        Assert.All(IsolationVerification.Rules, r => Assert.StartsWith($"{r.Area}.", r.Id, StringComparison.OrdinalIgnoreCase));
        Assert.All(IsolationVerification.Rules, r => Assert.EndsWith(".", r.Expects, StringComparison.Ordinal));
    }

    private static string Folder([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
