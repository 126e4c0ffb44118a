namespace TenantSandbox.Core.Tenants;

/// <summary>What operators do about one operation: cancel it, skip its step, or run it again.</summary>
internal static class OperationActs
{
    /// <summary>
    /// Records a cancel or a skip of the running operation; the submitter then sends it to the operation. A waiting operation
    /// that is canceled never starts.
    /// </summary>
    public static (TenantDecision Decision, SubmitAnswer Answer) Intervene(TenantState state, TenantAsk ask)
    {
        if (ask.Verb == TenantVerb.Cancel && state.WaitingCommands.FirstOrDefault(w => state.OperationIdOf(w) == ask.OperationId) is { } waiting)
        {
            var canceled = state.Cancel(waiting, $"Canceled by {ask.Actor}: {ask.Reason}", ask.At).Record(ask, ask.OperationId);
            return (new(canceled, null), TenantAnswers.Done(canceled, ask, "Canceled before it started.", null));
        }

        if (state.Operation is not { } running || (ask.OperationId ?? running.Id) != running.Id)
        {
            return (new(state, null), TenantAnswers.Conflict(state, ask, $"Operation '{ask.OperationId ?? "of this tenant"}' isn't running."));
        }

        var recorded = state.Record(ask, running.Id);
        return (new(recorded, null), TenantAnswers.Accepted(recorded, ask, running.Id));
    }

    /// <summary>What a retry of the last operation asks for; or why there is nothing to retry.</summary>
    public static (TenantAsk? Ask, SubmitAnswer? Refusal) Retry(TenantState state, TenantAsk ask)
    {
        if (state.Operation is { } running)
        {
            return (null, TenantAnswers.Conflict(state, ask, $"Operation '{running.Id}' is running. Cancel it first."));
        }

        if (state.LastOperation is not { } last || (ask.OperationId ?? last.Id) != last.Id)
        {
            return (null, TenantAnswers.Conflict(state, ask, "Only the tenant's last operation can be run again."));
        }

        if ((last.Error ?? state.LastError) is null)
        {
            return (null, TenantAnswers.Conflict(state, ask, $"Operation '{last.Id}' succeeded, so there is nothing to run again."));
        }

        var retried = ask with { Verb = VerbOf(state, last), Finalizers = last.Finalizers };
        return last.Kind switch
        {
            TenantOperationKind.Onboard => (retried with { Spec = state.Desired, InlineSpec = state.InlineSpec, Expiry = state.Expiry }, null),
            TenantOperationKind.Update => (retried with { Spec = state.Desired, InlineSpec = state.InlineSpec, Expiry = last.Expiry }, null),
            _ => (retried, null),
        };
    }

    private static TenantVerb VerbOf(TenantState state, TenantOperation operation) => operation.Kind switch
    {
        TenantOperationKind.Onboard => TenantVerb.Onboard,
        TenantOperationKind.Update => TenantVerb.Update,
        TenantOperationKind.Suspend => TenantVerb.Suspend,
        TenantOperationKind.Resume => TenantVerb.Resume,
        TenantOperationKind.Offboard => operation.Verb == TenantVerb.ForceOffboard ? TenantVerb.ForceOffboard : TenantVerb.Offboard,
        // What led to the quarantine, or tried to lift it, can only be tried again by lifting it.
        TenantOperationKind.Reconcile or TenantOperationKind.Verify when state.Phase == TenantPhase.Quarantined => TenantVerb.LiftQuarantine,
        TenantOperationKind.Reconcile => TenantVerb.Reconcile,
        TenantOperationKind.Verify => TenantVerb.Verify,
        _ => TenantVerb.Compensate,
    };
}
