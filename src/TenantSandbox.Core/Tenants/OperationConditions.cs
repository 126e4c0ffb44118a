namespace TenantSandbox.Core.Tenants;

/// <summary>The conditions after an operation: what it has just observed.</summary>
internal static class OperationConditions
{
    public static IReadOnlyList<TenantCondition> After(
        IReadOnlyList<TenantCondition> conditions, TenantOperationKind kind, TenantPhase phase, OperationReport report)
    {
        var at = report.EndedAt;
        conditions = report.Isolation is not { } isolation ? conditions
            : conditions.Set(
                TenantConditions.Isolated, isolation.IsIsolated ? ConditionStatus.True : ConditionStatus.False, isolation.IsIsolated ? "Verified" : "CheckFailed",
                isolation.Message, isolation.At);
        if (phase == TenantPhase.Quarantined)
        {
            return conditions.Set(TenantConditions.Ready, ConditionStatus.False, "Quarantined", report.Error?.Message ?? "It is quarantined.", at);
        }

        if (kind == TenantOperationKind.Verify)
        {
            // What it could not tell says nothing about the workloads.
            return report.Error is { } error && report.Isolation is null
                ? conditions.Set(TenantConditions.Isolated, ConditionStatus.Unknown, error.Code, error.Message, at)
                : conditions;
        }

        if (phase is TenantPhase.Failed or TenantPhase.TeardownFailed)
        {
            return conditions
                .Set(TenantConditions.Ready, ConditionStatus.False, report.Error?.Code ?? "Compensated", report.Error?.Message ?? "Nothing runs.", at)
                .Set(TenantConditions.Placed, ConditionStatus.False, "NotPlaced", "It holds no reservation.", at);
        }

        if (phase == TenantPhase.Suspended)
        {
            return conditions
                .Set(TenantConditions.Ready, ConditionStatus.False, "Suspended", "Its workloads are scaled to zero.", at)
                .Set(TenantConditions.Placed, ConditionStatus.False, "Suspended", "Its reservation is released.", at);
        }

        if (report.Error is null)
        {
            return kind is TenantOperationKind.Compensate && conditions.IsTrue(TenantConditions.Ready)
                ? conditions
                : conditions
                    .Set(TenantConditions.Ready, ConditionStatus.True, "Available", "Every workload is available.", at)
                    .Set(TenantConditions.Placed, ConditionStatus.True, "Reserved", "It holds a reservation.", at)
                    .Set(TenantConditions.Drifted, ConditionStatus.False, "Applied", "Everything was applied.", at)
                    .Set(TenantConditions.SpecUnknown, ConditionStatus.False, "Known", "Its spec is stored.", at);
        }

        // A failed update or suspension that was undone leaves what ran before.
        return report.IsClean && kind is TenantOperationKind.Update or TenantOperationKind.Suspend
            ? conditions.Set(TenantConditions.Ready, ConditionStatus.True, "RolledBack", $"The previous state runs again: {report.Error.Message}", at)
            : conditions.Set(TenantConditions.Ready, ConditionStatus.False, report.Error.Code, report.Error.Message, at);
    }
}
