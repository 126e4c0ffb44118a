using System.Reflection;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Core.Isolation.Verification;

namespace TenantSandbox.Functions.Isolation.Evidence;

/// <summary>Writes the signed reports of verifications.</summary>
internal sealed class IsolationReports(ReportStore store, IReportSigner signer)
{
    /// <summary>Attempts to continue a chain that other writers continue at the same time.</summary>
    private const int MaxAttempts = 5;

    private static readonly string AppVersion =
        typeof(IsolationReports).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>
    /// Signs and stores the report of a verification as the tenant's newest one. Called again for the same instance, it returns the report
    /// that was written first.
    /// </summary>
    /// <exception cref="InvalidException">
    /// Code <c>ReportSuperseded</c>: the tenant has reports of a later incarnation. Code <c>ReportDamaged</c>: the newest report was changed.
    /// </exception>
    /// <exception cref="ConflictException">Others continued the chain at every attempt.</exception>
    /// <exception cref="SandboxException">The storage or the key failed.</exception>
    public async Task<WrittenReport> WriteAsync(ReportRequest request, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var (latest, own) = await FindAsync(request, cancellationToken);
            if (own is not null)
            {
                return WrittenReport.Of(own);
            }

            var key = await signer.GetKeyAsync(cancellationToken);
            var report = await key.SignAsync(Compose(request, latest, key.PublicKey.Id), cancellationToken);
            if (await store.TryAddAsync(report, cancellationToken))
            {
                return WrittenReport.Of(report);
            }
        }

        throw new ConflictException(
            "ReportContended", $"the report of {request.InstanceId}: others wrote reports of tenant {request.TenantId} at each of {MaxAttempts} attempts");
    }

    /// <summary>The newest report of the tenant, and the one of the request's instance if it is written already.</summary>
    private async Task<(ReportLink? Latest, SignedReport? Own)> FindAsync(ReportRequest request, CancellationToken cancellationToken)
    {
        var reports = await store.ListAsync(request.TenantId, cancellationToken);
        ReportLink? latest = null;
        foreach (var name in reports.Select(r => r.Name).Reverse())
        {
            if (name.Incarnation > request.Incarnation)
            {
                throw new InvalidException(
                    "ReportSuperseded", $"the report of {request.InstanceId}: tenant {request.TenantId} has reports of incarnation {name.Incarnation}");
            }

            // A report that is listed but gone was deleted because of its age; then so were all before it.
            if (await store.ReadAsync(name, cancellationToken) is not { } report)
            {
                break;
            }

            latest ??= report.Link;
            if (report.Report.InstanceId == request.InstanceId)
            {
                return (latest, report);
            }

            // The request's own report can't be older than this one, which was finished before the request's verification started.
            if (report.Report.FinishedAt < request.StartedAt)
            {
                break;
            }
        }

        return (latest, null);
    }

    private static IsolationReport Compose(ReportRequest request, ReportLink? latest, string keyId)
    {
        IsolationCheck[] checks = [.. request.Checks.Select(c => c with { At = c.At.ToUniversalTime() })];
        return new(
            IsolationReport.CurrentSchemaVersion,
            request.TenantId,
            request.Incarnation,
            latest?.Incarnation == request.Incarnation ? latest.Number + 1 : 1,
            request.ClusterId,
            request.InstanceId,
            request.Cause,
            request.StartedAt.ToUniversalTime(),
            request.FinishedAt.ToUniversalTime(),
            request.SpecHash,
            AppVersion,
            IsolationReport.VerdictOf(checks),
            checks,
            latest,
            keyId);
    }
}
