using System.Collections.Frozen;
using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Tenants;

/// <summary>The transition table of a tenant. Transitions that aren't listed are impossible.</summary>
public static class TenantTransitions
{
    private static readonly FrozenDictionary<(TenantPhase? From, TenantTrigger Trigger), TenantPhase> Table =
        new (TenantTrigger Trigger, TenantPhase?[] From, TenantPhase? To)[]
        {
            (TenantTrigger.OnboardStarted, [null, TenantPhase.Failed, TenantPhase.Offboarded], TenantPhase.Onboarding),
            (TenantTrigger.OnboardSucceeded, [TenantPhase.Onboarding], TenantPhase.Ready),
            (TenantTrigger.OnboardCompensated, [TenantPhase.Onboarding], TenantPhase.Failed),
            (TenantTrigger.UpdateStarted, [TenantPhase.Ready], TenantPhase.Updating),
            (TenantTrigger.UpdateEnded, [TenantPhase.Updating], TenantPhase.Ready),
            (TenantTrigger.SuspendStarted, [TenantPhase.Ready], TenantPhase.Suspending),
            (TenantTrigger.SuspendSucceeded, [TenantPhase.Suspending], TenantPhase.Suspended),
            (TenantTrigger.SuspendFailed, [TenantPhase.Suspending], TenantPhase.Ready),
            (TenantTrigger.ResumeStarted, [TenantPhase.Suspended], TenantPhase.Resuming),
            (TenantTrigger.ResumeSucceeded, [TenantPhase.Resuming], TenantPhase.Ready),
            (TenantTrigger.ResumeFailed, [TenantPhase.Resuming], TenantPhase.Suspended),
            (TenantTrigger.OffboardStarted,
                [TenantPhase.Ready, TenantPhase.Suspended, TenantPhase.Failed, TenantPhase.TeardownFailed, TenantPhase.Quarantined], TenantPhase.Offboarding),
            (TenantTrigger.OffboardSucceeded, [TenantPhase.Offboarding], TenantPhase.Offboarded),
            (TenantTrigger.CleanupFailed, [TenantPhase.Onboarding, TenantPhase.Offboarding], TenantPhase.TeardownFailed),
            (TenantTrigger.Reconciled, [TenantPhase.Ready, TenantPhase.Suspended, TenantPhase.Quarantined], null),
            (TenantTrigger.Verified, [TenantPhase.Ready], null),
            (TenantTrigger.Compensated, [TenantPhase.TeardownFailed], TenantPhase.Failed),
            (TenantTrigger.Compensated, [TenantPhase.Ready, TenantPhase.Suspended, TenantPhase.Failed, TenantPhase.Offboarded], null),
            (TenantTrigger.NotCompensated,
                [TenantPhase.Ready, TenantPhase.Suspended, TenantPhase.Failed, TenantPhase.TeardownFailed, TenantPhase.Offboarded], null),
            (TenantTrigger.Quarantined, [TenantPhase.Ready], TenantPhase.Quarantined),
            (TenantTrigger.QuarantineLifted, [TenantPhase.Quarantined], TenantPhase.Ready),
            (TenantTrigger.Found, [null], TenantPhase.Ready),
            (TenantTrigger.FoundSuspended, [null], TenantPhase.Suspended),
            (TenantTrigger.FoundQuarantined, [null], TenantPhase.Quarantined),
            (TenantTrigger.FoundTerminating, [null], TenantPhase.TeardownFailed),
        }
        .SelectMany(row => row.From.Select(from => KeyValuePair.Create((from, row.Trigger), row.To ?? from!.Value)))
        .ToFrozenDictionary();

    /// <summary>All transitions, in the order of phases and triggers.</summary>
    public static IReadOnlyList<(TenantPhase? From, TenantTrigger Trigger, TenantPhase To)> All { get; } =
        [.. Table.Select(t => (t.Key.From, t.Key.Trigger, t.Value)).OrderBy(t => t.From is { } from ? (int)from : -1).ThenBy(t => t.Trigger)];

    /// <summary>Whether <paramref name="trigger"/> is allowed in a phase; null stands for a tenant that doesn't exist yet.</summary>
    public static bool IsAllowed(TenantPhase? from, TenantTrigger trigger) => Table.ContainsKey((from, trigger));

    /// <summary>The phase after a transition.</summary>
    /// <exception cref="TenantTransitionException">The transition isn't in the table.</exception>
    public static TenantPhase Next(TenantPhase? from, TenantTrigger trigger) =>
        Table.TryGetValue((from, trigger), out var to) ? to : throw new TenantTransitionException(from, trigger);
}

/// <summary>Phase of a tenant.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TenantPhase>))]
public enum TenantPhase
{
    /// <summary>Being provisioned.</summary>
    [JsonStringEnumMemberName("onboarding")] Onboarding,

    /// <summary>Provisioned: every workload was observed as available. Its conditions say whether that still holds.</summary>
    [JsonStringEnumMemberName("ready")] Ready,

    /// <summary>The onboarding failed and everything it had created was deleted. An onboarding with a higher revision retries.</summary>
    [JsonStringEnumMemberName("failed")] Failed,

    /// <summary>Being deprovisioned.</summary>
    [JsonStringEnumMemberName("offboarding")] Offboarding,

    /// <summary>Deprovisioning or compensation ended before everything was observed as absent; the last error says why. Another offboarding retries.</summary>
    [JsonStringEnumMemberName("teardownFailed")] TeardownFailed,

    /// <summary>Deprovisioned, with proof. The state is kept as a tombstone, so that late requests are recognized by their revision.</summary>
    [JsonStringEnumMemberName("offboarded")] Offboarded,

    /// <summary>Another spec is being rolled out.</summary>
    [JsonStringEnumMemberName("updating")] Updating,

    /// <summary>Being scaled to zero.</summary>
    [JsonStringEnumMemberName("suspending")] Suspending,

    /// <summary>Scaled to zero without a reservation; namespace, policies and secrets are kept.</summary>
    [JsonStringEnumMemberName("suspended")] Suspended,

    /// <summary>Reserving capacity again and being scaled up.</summary>
    [JsonStringEnumMemberName("resuming")] Resuming,

    /// <summary>
    /// It was not shown to be isolated, or an observation says that it must not be changed until a person has looked at it; the last error
    /// says why. After a failed verification its pods reach nothing, and none is left if any ran outside of a guest.
    /// </summary>
    [JsonStringEnumMemberName("quarantined")] Quarantined,
}

/// <summary>The event that causes a transition.</summary>
public enum TenantTrigger
{
    /// <summary>An onboarding was started.</summary>
    OnboardStarted,

    /// <summary>Every workload was observed as available.</summary>
    OnboardSucceeded,

    /// <summary>The onboarding failed, and everything it had created was deleted.</summary>
    OnboardCompensated,

    /// <summary>An update was started.</summary>
    UpdateStarted,

    /// <summary>An update ended: its revision or, after a failure, the previous one runs.</summary>
    UpdateEnded,

    /// <summary>A suspension was started.</summary>
    SuspendStarted,

    /// <summary>No pod is left.</summary>
    SuspendSucceeded,

    /// <summary>The suspension failed, and the workloads were scaled up again.</summary>
    SuspendFailed,

    /// <summary>A resumption was started.</summary>
    ResumeStarted,

    /// <summary>Every workload was observed as available again.</summary>
    ResumeSucceeded,

    /// <summary>The resumption failed, and the workloads were scaled to zero again.</summary>
    ResumeFailed,

    /// <summary>An offboarding was started.</summary>
    OffboardStarted,

    /// <summary>Everything was read as absent.</summary>
    OffboardSucceeded,

    /// <summary>An offboarding, or the compensation of an onboarding, failed: resources may be left over.</summary>
    CleanupFailed,

    /// <summary>A reconcile operation ended, successfully or not.</summary>
    Reconciled,

    /// <summary>Everything that failed operations left was read as absent.</summary>
    Compensated,

    /// <summary>A compensate operation failed: resources may still be left over.</summary>
    NotCompensated,

    /// <summary>A verification failed, or an observation found that it must not be changed until a person has looked at it.</summary>
    Quarantined,

    /// <summary>A person had everything applied again, and the tenant was verified.</summary>
    QuarantineLifted,

    /// <summary>Its namespace was found while the task hub didn't know it.</summary>
    Found,

    /// <summary>Its namespace was found with all workloads scaled to zero.</summary>
    FoundSuspended,

    /// <summary>Its namespace was found with its connections closed.</summary>
    FoundQuarantined,

    /// <summary>Its namespace was found being deleted.</summary>
    FoundTerminating,

    /// <summary>A verification ended: the tenant is isolated, or it could not be told.</summary>
    Verified,
}

/// <summary>A transition that isn't in the table was requested: a defect in this system, never caused by a request.</summary>
/// <param name="from">The tenant's phase; null for a tenant that doesn't exist yet.</param>
/// <param name="trigger">The trigger.</param>
public sealed class TenantTransitionException(TenantPhase? from, TenantTrigger trigger)
    : InvalidOperationException($"Invalid transition: '{trigger}' in phase '{from?.ToString() ?? "none"}'.")
{
    /// <summary>The tenant's phase; null for a tenant that doesn't exist yet.</summary>
    public TenantPhase? From { get; } = from;

    /// <summary>The trigger.</summary>
    public TenantTrigger Trigger { get; } = trigger;
}
