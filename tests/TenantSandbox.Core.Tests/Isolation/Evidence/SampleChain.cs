using System.Security.Cryptography;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Core.Isolation.Verification;

namespace TenantSandbox.Core.Tests.Isolation.Evidence;

/// <summary>Signed reports of one tenant, in two incarnations.</summary>
internal static class SampleChain
{
    private static readonly DateTimeOffset Start = new(2026, 11, 28, 2, 0, 0, TimeSpan.Zero);

    public static ECDsa Key { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static ReportKeySet Keys { get; } = new([ReportKey.Of(Key)]);

    public static IReadOnlyList<SignedReport> Reports { get; } = Create("acme", Key, (1, 1), (1, 2), (1, 3), (2, 1), (2, 2));

    public static IReadOnlyList<SignedReport> Create(string tenant, ECDsa key, params (int Incarnation, int Number)[] names)
    {
        List<SignedReport> reports = [];
        foreach (var (incarnation, number) in names)
        {
            reports.Add(Sign(Report(tenant, incarnation, number, reports.LastOrDefault()?.Link) with { KeyId = ReportKey.Of(key).Id }, key));
        }

        return reports;
    }

    public static SignedReport Sign(IsolationReport report, ECDsa key) =>
        SignedReport.Create(report, key.SignHash(SignedReport.HashOf(report), DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    public static IsolationReport Report(string tenant = "acme", int incarnation = 1, int number = 1, ReportLink? previous = null)
    {
        var at = Start.AddDays((100 * incarnation) + number);
        IsolationCheck[] checks =
        [
            new("pool.runtime", "kata1", "workloadRuntime KataVmIsolation", "KataVmIsolation", at, CheckVerdict.Passed),
            new("node.kernel", "aks-kata1-0", "a guest kernel other than the node's", "\"6.6.57.mshv1\" \u00a7 <b>", at, CheckVerdict.Passed),
            new("probe.allowList", "203.0.113.7:443", "answers", "timed out", at, CheckVerdict.Warning, "The entry may be down."),
        ];
        return new(
            IsolationReport.CurrentSchemaVersion, tenant, incarnation, number, "west-1", $"{tenant}.{incarnation}.{number}.onboard", ReportCause.Onboarding,
            at, at.AddSeconds(7), new string('a', 64), "1.2.3", IsolationReport.VerdictOf(checks), checks, previous, ReportKey.Of(Key).Id);
    }

    public static ReportFile[] Files(IEnumerable<SignedReport> reports) => [.. reports.Select(r => new ReportFile(r.Report.Name.ToString(), r.Content))];
}
