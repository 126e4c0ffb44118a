using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>Concludes from what was observed of a tenant which conditions hold and whether it has to be repaired. Pure.</summary>
internal static class TenantVerdict
{
    private const int MaxNamed = 5;

    /// <param name="state">The tenant, idle and placed.</param>
    /// <param name="observed">What Kubernetes has of it.</param>
    /// <param name="pool">The state of its agent pool on ARM.</param>
    /// <param name="now">When both were observed.</param>
    public static TenantObservationReport Of(TenantState state, TenantObservation observed, ObservedPool pool, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(observed);
        var isSuspended = state.Phase == TenantPhase.Suspended;
        var drift = observed.Findings.Where(f => f.Kind is not
            (FindingKind.PodNotReady or FindingKind.JobFailed or FindingKind.SpecUnknown or FindingKind.SecretUnreadable)).ToArray();
        var isSpecUnknown = observed.Findings.Any(f => f.Kind == FindingKind.SpecUnknown);
        TenantCondition[] conditions =
        [
            Ready(observed, isSuspended, now),
            Placed(state, pool, isSuspended, now),
            drift.Length == 0
                ? new(TenantConditions.Drifted, ConditionStatus.False, "InSync", "Everything is as it was applied.", now)
                : new(TenantConditions.Drifted, ConditionStatus.True, drift[0].Kind.ToString(), Describe(drift), now),
            isSpecUnknown
                ? new(TenantConditions.SpecUnknown, ConditionStatus.True, "SpecMissing", "The stored spec is missing. Send an update with the whole spec.", now)
                : new(TenantConditions.SpecUnknown, ConditionStatus.False, "Known", "Its spec is stored.", now),
            .. Secrets(state, observed, now),
        ];
        return new(
            state.TenantId, state.Incarnation, state.Sequence, conditions,
            isSpecUnknown || IsPausing(state, now) ? null : RepairReason(drift, pool, isSuspended), null, now);
    }

    /// <summary>Whether the report says something that the tenant's state doesn't.</summary>
    public static bool IsNews(TenantState state, TenantObservationReport report) =>
        report.RepairReason is not null
        || report.QuarantineError is not null
        || report.Conditions.Any(c => state.Conditions.Find(c.Type) is not { } before || (before.Status, before.Reason, before.Message) != (c.Status, c.Reason, c.Message));

    private static TenantCondition Ready(TenantObservation observed, bool isSuspended, DateTimeOffset now)
    {
        TenantCondition NotReady(string reason, string message) => new(TenantConditions.Ready, ConditionStatus.False, reason, message, now);
        return observed switch
        {
            { Namespace: NamespaceCondition.Missing } => NotReady("NamespaceMissing", "Its namespace is missing."),
            { Namespace: NamespaceCondition.Foreign } => NotReady("NamespaceForeign", "The namespace of its name belongs to someone else."),
            { Namespace: NamespaceCondition.Terminating } => NotReady("NamespaceTerminating", "Its namespace is being deleted."),
            _ when isSuspended => NotReady("Suspended", "Its workloads are scaled to zero."),
            _ when observed.ReadyPods < observed.DesiredPods => NotReady(
                "PodsNotReady",
                $"{observed.ReadyPods} of {observed.DesiredPods} pods are ready. {Describe([.. observed.Findings.Where(f => f.Kind == FindingKind.PodNotReady)])}".TrimEnd()),
            _ when observed.Findings.Any(f => f.Kind == FindingKind.JobFailed) => NotReady(
                "JobFailed", Describe([.. observed.Findings.Where(f => f.Kind == FindingKind.JobFailed)])),
            _ => new(TenantConditions.Ready, ConditionStatus.True, "Available", "Every workload is available.", now),
        };
    }

    private static TenantCondition Placed(TenantState state, ObservedPool pool, bool isSuspended, DateTimeOffset now)
    {
        var (status, reason, message) = pool switch
        {
            _ when isSuspended => (ConditionStatus.False, "Suspended", "Its reservation is released."),
            ObservedPool.Unknown => (ConditionStatus.Unknown, "PoolNotRead", $"Agent pool {state.Placement?.PoolName} could not be read."),
            ObservedPool.Missing => (ConditionStatus.False, "PoolMissing", $"Agent pool {state.Placement?.PoolName} doesn't exist."),
            ObservedPool.Failed => (ConditionStatus.False, "PoolFailed", $"Agent pool {state.Placement?.PoolName} failed."),
            _ => (ConditionStatus.True, "Reserved", "It holds a reservation in an agent pool that exists."),
        };
        return new(TenantConditions.Placed, status, reason, message, now);
    }

    // Only of tenants that have had a secret that can't be read.
    private static IEnumerable<TenantCondition> Secrets(TenantState state, TenantObservation observed, DateTimeOffset now)
    {
        Finding[] unreadable = [.. observed.Findings.Where(f => f.Kind == FindingKind.SecretUnreadable)];
        if (unreadable.Length > 0)
        {
            yield return new(
                TenantConditions.SecretsCurrent, ConditionStatus.False, "SecretUnreadable", $"{Describe(unreadable)}. The last value stays in use.", now);
        }
        else if (state.Conditions.Find(TenantConditions.SecretsCurrent) is not null)
        {
            yield return new(TenantConditions.SecretsCurrent, ConditionStatus.True, "Current", "Every secret can be read from its vault.", now);
        }
    }

    private static string? RepairReason(Finding[] drift, ObservedPool pool, bool isSuspended)
    {
        if (pool == ObservedPool.Missing && !isSuspended)
        {
            return "Its agent pool is missing.";
        }

        Finding[] repairable = [.. drift.Where(f => f.IsRepairable)];
        return repairable.Length == 0 ? null : Describe(repairable);
    }

    private static bool IsPausing(TenantState state, DateTimeOffset now) =>
        state is { LastError: not null, LastOperation: { Kind: TenantOperationKind.Reconcile, EndedAt: { } ended } } && now - ended < TenantObservations.RepairPause;

    private static string Describe(Finding[] findings)
    {
        var named = string.Join("; ", findings.Take(MaxNamed).Select(f => f.Field is null ? $"{f.Object}: {f.Message}" : $"{f.Object} {f.Field}: {f.Message}"));
        return findings.Length > MaxNamed ? $"{named}; and {findings.Length - MaxNamed} more" : named;
    }
}

/// <summary>The state of a tenant's agent pool on ARM.</summary>
internal enum ObservedPool
{
    /// <summary>It could not be read.</summary>
    Unknown,

    /// <summary>It exists with all of its tags.</summary>
    Present,

    /// <summary>It exists with all of its tags, and failed.</summary>
    Failed,

    /// <summary>No pool with its tags exists.</summary>
    Missing,
}
