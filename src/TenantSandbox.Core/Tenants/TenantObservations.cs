using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>What observations of the clusters do to a tenant's state. Pure, like <see cref="TenantStateMachine"/>.</summary>
public static class TenantObservations
{
    /// <summary>After a repair that failed, or a cleanup, the reconcile waits this long before it tries again.</summary>
    public static readonly TimeSpan RepairPause = TimeSpan.FromMinutes(30);

    /// <summary>Stores what was observed; starts a reconcile operation or quarantines the tenant if the report says so.</summary>
    public static (TenantDecision Decision, TenantObservationAnswer Answer) Observe(TenantState? state, TenantObservationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        state = state?.Upgrade();
        if (state is null || state.Incarnation != report.Incarnation || state.Sequence != report.Sequence || state.Operation is not null
            || state.Phase is not (TenantPhase.Ready or TenantPhase.Suspended or TenantPhase.Quarantined))
        {
            return (new(state, null), new(false, null));
        }

        var observed = state with
        {
            Conditions = report.Conditions.Aggregate(state.Conditions, (all, c) => all.Set(c.Type, c.Status, c.Reason, c.Message, report.ObservedAt)),
        };
        if (report.QuarantineError is { } error && TenantTransitions.IsAllowed(observed.Phase, TenantTrigger.Quarantined))
        {
            var quarantined = observed with
            {
                Phase = TenantTransitions.Next(observed.Phase, TenantTrigger.Quarantined),
                LastError = error,
                UpdatedAt = report.ObservedAt,
            };
            var notice = new TenantNotice(
                EventTypes.TenantQuarantined, $"quarantined:{state.Sequence}", [new("code", error.Code), new("message", error.Message)]);
            return (new(quarantined, null, notice), new(true, null));
        }

        if (report.RepairReason is not { } reason)
        {
            return (new(observed, null), new(true, null));
        }

        var ask = new TenantAsk($"reconcile:{state.Sequence + 1}", state.TenantId, TenantVerb.Reconcile, "reconcile", "reconcile", report.ObservedAt) { Reason = reason };
        var (decision, answer) = TenantStateMachine.Decide(observed, ask);
        return (decision, new(true, answer.Outcome == SubmitOutcome.Accepted ? answer.OperationId : null));
    }

    /// <summary>Restores a tenant that the task hub doesn't know from what was found in a cluster. A known tenant isn't changed.</summary>
    public static TenantState? Rebuild(TenantState? state, TenantRebuild found)
    {
        ArgumentNullException.ThrowIfNull(found);
        if (state is not null)
        {
            return state;
        }

        var trigger = found.IsTerminating ? TenantTrigger.FoundTerminating
            : found.IsQuarantined ? TenantTrigger.FoundQuarantined
            : found.IsSuspended ? TenantTrigger.FoundSuspended
            : TenantTrigger.Found;
        var ask = new TenantAsk($"rebuild:{found.Incarnation}", found.TenantId, TenantVerb.Onboard, found.Actor, "rebuild", found.FoundAt)
        {
            Reason = $"Its namespace was found in cluster {found.Placement.ClusterId}.",
        };
        IReadOnlyList<TenantCondition> conditions = [];
        return TenantStates.New(ask) with
        {
            Phase = TenantTransitions.Next(null, trigger),
            Incarnation = found.Incarnation,
            Revision = found.Revision,
            SettledRevision = found.Revision,
            // Whatever a sender sends with this revision is another request than the one that is no longer known.
            ContentHash = "unknown",
            Sequence = Math.Max(1, found.Placement.Sequence ?? found.Revision),
            Desired = found.Spec,
            DesiredRevision = found.Revision,
            Applied = found.Spec,
            AppliedRevision = found.Revision,
            Expiry = found.Expiry,
            Placement = found.Placement,
            Conditions = found.Spec is not null
                ? conditions.Set(TenantConditions.SpecUnknown, ConditionStatus.False, "Known", "Its spec is stored.", found.FoundAt)
                : conditions.Set(
                    TenantConditions.SpecUnknown,
                    ConditionStatus.True,
                    "SpecMissing",
                    $"The store has no spec {found.SpecHash ?? "(its namespace names none)"}. Send an update with the whole spec.",
                    found.FoundAt),
            Audit = ((IReadOnlyList<AuditEntry>)[]).Append(ask, null),
            CreatedAt = found.CreatedAt,
        };
    }

    /// <summary>Drops the inline spec of the first version, now that it is stored.</summary>
    public static TenantState? AdoptSpec(TenantState? state, string hash)
    {
        state = state?.Upgrade();
        return state?.InlineSpec is { } inline && SpecRef.Of(inline).Hash == hash ? state with { InlineSpec = null } : state;
    }

    /// <summary>Shrinks a tombstone to what recognizes late requests; other states aren't changed.</summary>
    public static TenantState? Compact(TenantState? state) => state?.Upgrade().Compact();
}
