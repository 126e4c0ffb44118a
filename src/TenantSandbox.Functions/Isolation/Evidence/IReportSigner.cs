using TenantSandbox.Core.Isolation.Evidence;

namespace TenantSandbox.Functions.Isolation.Evidence;

/// <summary>Signs reports.</summary>
internal interface IReportSigner
{
    /// <summary>The key that signs now.</summary>
    /// <exception cref="Core.Errors.SandboxException">It can't be read.</exception>
    Task<ReportSigningKey> GetKeyAsync(CancellationToken cancellationToken);

    /// <summary>All keys that verify reports: that of <see cref="GetKeyAsync"/>, and those before it.</summary>
    /// <exception cref="Core.Errors.SandboxException">They can't be read.</exception>
    Task<IReadOnlyList<ReportKey>> ListKeysAsync(CancellationToken cancellationToken);
}

/// <summary>A key that signs.</summary>
/// <param name="publicKey">Its public part.</param>
/// <param name="sign">Signs a SHA-256 hash: R and S, 32 bytes each.</param>
internal sealed class ReportSigningKey(ReportKey publicKey, Func<byte[], CancellationToken, Task<byte[]>> sign)
{
    public ReportKey PublicKey => publicKey;

    /// <summary>Signs a report that names this key.</summary>
    /// <exception cref="Core.Errors.SandboxException">The key could not be used, or what it yielded is no signature.</exception>
    public async Task<SignedReport> SignAsync(IsolationReport report, CancellationToken cancellationToken)
    {
        var hash = SignedReport.HashOf(report);
        var signature = await sign(hash, cancellationToken);
        // Stored reports can't be replaced, so a wrong one must not be stored.
        return publicKey.Verify(hash, signature)
            ? SignedReport.Create(report, signature)
            : throw new Core.Errors.TransientException("SignatureWrong", $"the signature of report {report.Name} is not one of the key {publicKey.Id}");
    }
}
