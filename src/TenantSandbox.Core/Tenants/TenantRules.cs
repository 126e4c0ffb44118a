using System.Collections.Frozen;

namespace TenantSandbox.Core.Tenants;

/// <summary>What a tenant does about a verb in a phase.</summary>
public enum Admission
{
    /// <summary>Start the operation.</summary>
    Start,

    /// <summary>Change the state at once; no operation is needed.</summary>
    Change,

    /// <summary>Nothing: the tenant is already so.</summary>
    Done,

    /// <summary>Refuse: not possible in this phase.</summary>
    Conflict,

    /// <summary>Refuse: the tenant is offboarded.</summary>
    Gone,

    /// <summary>Refuse: there is no such tenant.</summary>
    NotFound,
}

/// <summary>One decision of <see cref="TenantRules"/>.</summary>
/// <param name="Admission">What the tenant does.</param>
/// <param name="Operation">The operation to start; null unless it starts one.</param>
/// <param name="Message">Why, and what to do instead; null when it starts an operation.</param>
public sealed record TenantRule(Admission Admission, TenantOperationKind? Operation = null, string? Message = null);

/// <summary>
/// Decides on every verb in every phase. While an operation runs or commands wait, the phase is the one that the tenant will be in
/// when all of them have succeeded.
/// </summary>
/// <remarks>
/// Three verbs stand for others, which then are decided here: a retry for that of the operation that failed, an expiry for what it says,
/// and the verbs about a running operation (cancel, skip) don't depend on the phase.
/// </remarks>
public static class TenantRules
{
    private const string AlreadyOnboarded = "The tenant is already onboarded. To change it, send an update with a higher revision.";
    private const string Failed = "The tenant's onboarding failed and was undone. Onboard it again with a higher revision.";
    private const string TeardownFailed = "Resources of the tenant may be left over. Send an offboard request, or compensate the failed operation, first.";
    private const string Quarantined = "The tenant is quarantined. Lift the quarantine, which verifies it again, or offboard it.";
    private const string Offboarded = "The tenant is offboarded.";
    private const string Unknown = "The tenant does not exist.";

    private static readonly TenantRule IsFailed = new(Admission.Conflict, null, Failed);
    private static readonly TenantRule HasLeftovers = new(Admission.Conflict, null, TeardownFailed);
    private static readonly TenantRule IsQuarantined = new(Admission.Conflict, null, Quarantined);
    private static readonly TenantRule IsGone = new(Admission.Gone, null, Offboarded);
    private static readonly TenantRule IsUnknown = new(Admission.NotFound, null, Unknown);
    private static readonly TenantRule IsOnboarded = new(Admission.Conflict, null, AlreadyOnboarded);
    private static readonly TenantRule IsNotQuarantined = new(Admission.Conflict, null, "The tenant is not quarantined.");
    private static readonly TenantRule RunsNothing = new(Admission.Conflict, null, "The tenant is suspended: nothing runs that could be verified. Resuming it verifies it.");
    private static readonly TenantRule Renewed = new(Admission.Change, null, "The expiry is changed.");

    /// <summary>The phases that a tenant without a running operation can be in; null stands for a tenant that doesn't exist.</summary>
    public static IReadOnlyList<TenantPhase?> SettledPhases { get; } =
    [
        null, TenantPhase.Ready, TenantPhase.Suspended, TenantPhase.Failed, TenantPhase.TeardownFailed, TenantPhase.Offboarded, TenantPhase.Quarantined,
    ];

    // In the order of SettledPhases.
    private static readonly FrozenDictionary<TenantVerb, TenantRule[]> Table = new Dictionary<TenantVerb, TenantRule[]>
    {
        [TenantVerb.Onboard] =
        [
            Start(TenantOperationKind.Onboard), IsOnboarded, IsOnboarded, Start(TenantOperationKind.Onboard), HasLeftovers,
            Start(TenantOperationKind.Onboard), IsOnboarded,
        ],
        [TenantVerb.Update] =
        [
            IsUnknown, Start(TenantOperationKind.Update),
            new(Admission.Change, null, "The tenant is suspended: the new spec takes effect when it is resumed."), IsFailed, HasLeftovers, IsGone, IsQuarantined,
        ],
        [TenantVerb.Suspend] =
        [
            IsUnknown, Start(TenantOperationKind.Suspend), new(Admission.Done, null, "The tenant is already suspended."), IsFailed, HasLeftovers, IsGone,
            IsQuarantined,
        ],
        [TenantVerb.Resume] =
        [
            IsUnknown, new(Admission.Done, null, "The tenant is not suspended."), Start(TenantOperationKind.Resume), IsFailed, HasLeftovers, IsGone,
            IsQuarantined,
        ],
        [TenantVerb.Renew] = [IsUnknown, Renewed, Renewed, IsFailed, HasLeftovers, IsGone, Renewed],
        [TenantVerb.Offboard] = Teardown(),
        [TenantVerb.ForceOffboard] = Teardown(),
        [TenantVerb.Reconcile] =
        [
            IsUnknown, Start(TenantOperationKind.Reconcile), Start(TenantOperationKind.Reconcile), IsFailed, HasLeftovers, IsGone, IsQuarantined,
        ],
        [TenantVerb.Verify] = [IsUnknown, Start(TenantOperationKind.Verify), RunsNothing, IsFailed, HasLeftovers, IsGone, IsQuarantined],
        [TenantVerb.LiftQuarantine] =
        [
            IsUnknown, IsNotQuarantined, IsNotQuarantined, IsNotQuarantined, IsNotQuarantined, IsGone, Start(TenantOperationKind.Reconcile),
        ],
        [TenantVerb.Compensate] =
        [
            IsUnknown, Start(TenantOperationKind.Compensate), Start(TenantOperationKind.Compensate), Start(TenantOperationKind.Compensate),
            Start(TenantOperationKind.Compensate), Start(TenantOperationKind.Compensate), IsQuarantined,
        ],
    }.ToFrozenDictionary();

    /// <summary>The verbs that have a rule of their own in every phase.</summary>
    public static IReadOnlyList<TenantVerb> Verbs { get; } = [.. Table.Keys.Order()];

    /// <summary>The phase that a tenant will be in when its running operation has succeeded.</summary>
    public static TenantPhase Settled(TenantPhase phase) => phase switch
    {
        TenantPhase.Onboarding or TenantPhase.Updating or TenantPhase.Resuming => TenantPhase.Ready,
        TenantPhase.Suspending => TenantPhase.Suspended,
        TenantPhase.Offboarding => TenantPhase.Offboarded,
        _ => phase,
    };

    /// <summary>The rule for a verb; a phase in which an operation runs counts as the one after it.</summary>
    public static TenantRule Of(TenantPhase? phase, TenantVerb verb)
    {
        TenantPhase? settled = phase is { } p ? Settled(p) : null;
        for (var i = 0; i < SettledPhases.Count; i++)
        {
            if (SettledPhases[i] == settled)
            {
                return Table[verb][i];
            }
        }

        throw new ArgumentOutOfRangeException(nameof(phase), phase, "Unknown phase.");
    }

    /// <summary>The phase after an operation of this kind, started in this phase, has succeeded.</summary>
    internal static TenantPhase After(TenantPhase phase, TenantOperationKind operation) => operation switch
    {
        TenantOperationKind.Onboard or TenantOperationKind.Update or TenantOperationKind.Resume => TenantPhase.Ready,
        TenantOperationKind.Suspend => TenantPhase.Suspended,
        TenantOperationKind.Offboard => TenantPhase.Offboarded,
        TenantOperationKind.Compensate when phase == TenantPhase.TeardownFailed => TenantPhase.Failed,
        _ => phase,
    };

    private static TenantRule Start(TenantOperationKind operation) => new(Admission.Start, operation);

    private static TenantRule[] Teardown()
    {
        var start = Start(TenantOperationKind.Offboard);
        return [IsUnknown, start, start, start, start, IsGone, start];
    }
}
