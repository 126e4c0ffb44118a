namespace TenantSandbox.Core.Tenants;

/// <summary>How states begin, are read from earlier versions, and shrink to tombstones.</summary>
internal static class TenantStates
{
    /// <summary>The state of a tenant whose first onboarding is about to be queued and started.</summary>
    public static TenantState New(TenantAsk ask) => new()
    {
        TenantId = ask.TenantId,
        Phase = TenantPhase.Onboarding,
        Incarnation = 0,
        Revision = 0,
        Kind = ask.Verb,
        ContentHash = ask.ContentHash,
        CreatedAt = ask.At,
        UpdatedAt = ask.At,
    };

    /// <summary>The state that remembers an offboarding of an unknown tenant, so that an older onboarding that arrives later is rejected.</summary>
    public static TenantState NewTombstone(TenantAsk ask) => New(ask) with
    {
        Phase = TenantPhase.Offboarded,
        Revision = ask.Revision!.Value,
        SettledRevision = ask.Revision.Value,
        Sequence = 1,
    };

    /// <summary>Raises a tombstone's revision to that of a later offboarding.</summary>
    public static TenantState RaiseTombstone(this TenantState state, TenantAsk ask) =>
        ask.Revision is not { } revision || revision <= state.Revision ? state : state with
        {
            Revision = revision,
            Kind = ask.Verb,
            ContentHash = ask.ContentHash,
            SettledRevision = revision,
            UpdatedAt = ask.At,
        };

    /// <summary>
    /// A state of the first version in today's form: specs get a reference, the expiry leaves the spec, and operations are numbered
    /// above every revision, which were their numbers then.
    /// </summary>
    public static TenantState Upgrade(this TenantState state)
    {
        if (state.Sequence > 0)
        {
            return state;
        }

        var spec = state.InlineSpec;
        var incarnation = state.Incarnation;
        var reference = spec is null ? null : Requests.SpecRef.Of(spec);
        var revision = state.LastOperation is { Kind: TenantOperationKind.Onboard } last ? last.Revision
            : state.Operation is { Kind: TenantOperationKind.Onboard } running ? running.Revision
            : state.Revision;
        var hasRun = reference is not null && state.Phase is TenantPhase.Ready or TenantPhase.Offboarding or TenantPhase.TeardownFailed;
        return state with
        {
            Sequence = Math.Max(1, state.Revision),
            Desired = reference,
            DesiredRevision = reference is null ? 0 : revision,
            Applied = hasRun ? reference : null,
            AppliedRevision = hasRun ? revision : 0,
            Expiry = spec?.StoredExpiresAt is { } expiresAt ? new(expiresAt) : null,
            WaitingCommands =
            [
                .. state.WaitingCommands.Select(w => w with
                {
                    Kind = w.OperationKind(),
                    Sequence = w.Revision,
                    Incarnation = w.Verb == TenantVerb.Onboard ? ++incarnation : incarnation,
                    Spec = w.InlineSpec is null ? w.Spec : Requests.SpecRef.Of(w.InlineSpec),
                    Expiry = w.InlineSpec?.StoredExpiresAt is { } at ? new(at) : null,
                }),
            ],
        };
    }

    /// <summary>A tombstone without its history: what recognizes late requests stays, and what may still be left over.</summary>
    public static TenantState Compact(this TenantState state) =>
        state is not { Phase: TenantPhase.Offboarded, Operation: null } ? state : state with
        {
            LastOperation = null,
            LastError = null,
            Receipt = null,
            Operations = [],
            Commands = [],
            Audit = [],
        };
}
