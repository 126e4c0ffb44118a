using System.Security.Cryptography;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Core.Isolation.Verification;
using TenantSandbox.Functions.Isolation.Evidence;

namespace TenantSandbox.Functions.Tests.Isolation.Evidence;

/// <summary>Requests for reports, and a key in memory.</summary>
internal static class Reports
{
    public static readonly DateTimeOffset Start = new(2026, 11, 28, 2, 0, 0, TimeSpan.Zero);

    public static MemorySigner Signer { get; } = new();

    public static ReportRequest Request(
        int sequence = 1, int incarnation = 1, string tenant = "acme", CheckVerdict verdict = CheckVerdict.Passed)
    {
        var at = Start.AddHours(sequence);
        return new(
            tenant, incarnation, "west-1", $"{tenant}.{incarnation}.{sequence}.onboard", ReportCause.Onboarding, at, at.AddSeconds(5), new string('a', 64),
            [Check(at, verdict)]);
    }

    public static IsolationCheck Check(DateTimeOffset at, CheckVerdict verdict = CheckVerdict.Passed, string id = "node.kernel", string observed = "6.6.57.mshv1") =>
        new(id, "aks-kata1-0", "a guest kernel other than the node's", observed, at, verdict);

    public static ReportFile[] Files(MemoryReportFiles files, string tenant = "acme") =>
        [.. files.Content.Where(f => f.Key.StartsWith($"{tenant}/", StringComparison.Ordinal)).OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => new ReportFile(f.Key, f.Value))];
}

/// <summary>A key in memory.</summary>
internal sealed class MemorySigner : IReportSigner
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public ReportKeySet Keys => new([ReportKey.Of(_key)]);

    public Task<ReportSigningKey> GetKeyAsync(CancellationToken cancellationToken) => Task.FromResult(new ReportSigningKey(
        ReportKey.Of(_key), (hash, _) => Task.FromResult(_key.SignHash(hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))));

    public Task<IReadOnlyList<ReportKey>> ListKeysAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ReportKey>>([ReportKey.Of(_key)]);
}
