using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Core.Isolation.Verification;
using TenantSandbox.Functions.Isolation.Evidence;
using TenantSandbox.Functions.Kubernetes;
using static TenantSandbox.Functions.Telemetry.SandboxMetrics;

namespace TenantSandbox.Functions.Isolation;

/// <summary>Verifies a tenant's isolation and keeps the checks as evidence.</summary>
internal sealed partial class IsolationJudge(
    DesiredTenants tenants, IsolationFactsReader reader, IsolationExpectations expectations, IsolationReports reports, TimeProvider time, ILogger<IsolationJudge> logger)
{
    /// <summary>
    /// Reads what isolation depends on, runs every check and writes the report; does neither if pods were moved meanwhile and may be probed again.
    /// Changes nothing in the cluster.
    /// </summary>
    /// <exception cref="SandboxException">
    /// A call failed in a way that passes by itself, or the tenant can't be rendered; what can't be seen for another reason is a failed check.
    /// </exception>
    [Function(ActivityNames.JudgeIsolation)]
    public async Task<IsolationVerdict> JudgeAsync([ActivityTrigger] VerificationInput input, CancellationToken cancellationToken)
    {
        var tenant = await tenants.ReadAsync(input.Tenant, cancellationToken);
        var expected = await expectations.OfAsync(tenant, cancellationToken) with { IsInUse = input.IsInUse };
        var facts = await reader.ReadAsync(tenant, input.InstanceId!, cancellationToken);
        if (input.Attempt < VerificationInput.MaxAttempts - 1 && IsolationVerification.HasUnprobedNodes(facts, expected))
        {
            return IsolationVerdict.Unsettled;
        }

        var checks = IsolationVerification.Run(facts, expected);
        IsolationCheck[] failed = [.. checks.Where(c => c.Verdict == CheckVerdict.Failed)];
        if (failed.Length > 0)
        {
            LogNotIsolated(tenant.TenantId, tenant.ClusterId, failed.Length, string.Join(", ", failed.Select(c => c.Id).Distinct()));
        }

        // Not through the history, which holds no checks. Called again, it is the report that was written first.
        var report = await reports.WriteAsync(
            new ReportRequest(
                tenant.TenantId, tenant.Incarnation, tenant.ClusterId, input.InstanceId!, input.Cause, input.StartedAt!.Value, time.GetUtcNow(), tenant.SpecHash, checks),
            cancellationToken);
        var isIsolated = failed.Length == 0 && report.Verdict == ReportVerdict.Passed;
        Record(isIsolated, input, failed);
        return new IsolationVerdict(
            isIsolated,
            checks.Count(c => c.Verdict == CheckVerdict.Passed),
            Math.Max(failed.Length, report.Failed),
            checks.Count(c => c.Verdict == CheckVerdict.Warning),
            [.. failed.Take(IsolationVerdict.MaxFailures).Select(Describe)],
            failed.Any(IsolationVerification.ShowsPodOutsideGuest),
            $"{tenant.TenantId}/{report.Link.Incarnation}/{report.Link.Number}",
            IsolationVerification.NodeImageOf(facts),
            IsOnlyNotRunning: failed.Length > 0 && failed.All(IsolationVerification.ShowsWorkloadThatDoesNotRun));
    }

    private void Record(bool isIsolated, VerificationInput input, IsolationCheck[] failed)
    {
        var verdict = isIsolated ? "passed" : "failed";
        Verifications.Add(1, Label("verdict", verdict), Label("cause", NameOf(input.Cause)));
        foreach (var check in failed)
        {
            FailedChecks.Add(1, Label("check", check.Id));
        }

        OperationDuration.Record(
            Math.Max(0, (time.GetUtcNow() - input.StartedAt!.Value).TotalSeconds), Label("operation", "verifyIsolation"), Label("outcome", isIsolated ? "succeeded" : "failed"));
    }

    private static string Describe(IsolationCheck check)
    {
        var text = $"{check.Id} of {check.Subject}: expected {check.Expected}, observed {check.Observed}{(check.Reason is null ? "" : $" ({check.Reason})")}.";
        return text.Length <= IsolationVerdict.MaxFailureLength ? text : $"{text[..(IsolationVerdict.MaxFailureLength - 1)]}…";
    }

    [LoggerMessage(LogLevel.Warning, "Tenant {TenantId} on cluster {ClusterId} is not shown to be isolated: {Failed} checks failed ({Checks}).")]
    private partial void LogNotIsolated(string tenantId, string clusterId, int failed, string checks);
}
