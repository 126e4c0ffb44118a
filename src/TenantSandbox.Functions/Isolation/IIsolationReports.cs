using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Verification;

namespace TenantSandbox.Functions.Isolation;

/// <summary>Keeps the checks of verifications as evidence.</summary>
internal interface IIsolationReports
{
    /// <summary>Writes the report of a verification; again for the same verification, it returns the report that is there.</summary>
    /// <param name="verification">The verification.</param>
    /// <param name="checks">Its checks.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The report's name.</returns>
    /// <exception cref="SandboxException">It could not be written.</exception>
    Task<string> WriteAsync(VerificationInput verification, IReadOnlyList<IsolationCheck> checks, CancellationToken cancellationToken);
}
