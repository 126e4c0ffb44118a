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
        IReadOnlyList<IsolationCheck>? checks = null;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var (latest, own) = await FindAsync(request, cancellationToken);
            if (own is not null)
            {
                return WrittenReport.Of(own);
            }

            checks ??= await ReadChecksAsync(request, cancellationToken);
            var key = await signer.GetKeyAsync(cancellationToken);
            var report = await key.SignAsync(Compose(request, checks, latest, key.PublicKey.Id), cancellationToken);
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
        if (request.Previous is { } previous && previous.Incarnation == request.Incarnation)
        {
            return await FindAfterAsync(request, previous, cancellationToken);
        }

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

    // The caller knew the newest report when its verification started: only those after it have to be read, usually none.
    private async Task<(ReportLink? Latest, SignedReport? Own)> FindAfterAsync(ReportRequest request, ReportLink latest, CancellationToken cancellationToken)
    {
        while (await store.ReadAsync(new(request.TenantId, latest.Incarnation, latest.Number + 1), cancellationToken) is { } next)
        {
            if (next.Report.InstanceId == request.InstanceId)
            {
                return (latest, next);
            }

            latest = next.Link;
        }

        return (latest, null);
    }

    private async Task<IReadOnlyList<IsolationCheck>> ReadChecksAsync(ReportRequest request, CancellationToken cancellationToken)
    {
        List<IsolationCheck> checks = [.. request.Checks ?? []];
        foreach (var page in request.Pages)
        {
            checks.AddRange(await store.ReadChecksAsync(page, cancellationToken));
        }

        return [.. checks.Select(c => c with { At = c.At.ToUniversalTime() })];
    }

    private static IsolationReport Compose(ReportRequest request, IReadOnlyList<IsolationCheck> checks, ReportLink? latest, string keyId) => new(
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
