using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>What a request, an operator or a timer asks of a tenant. The names are used in states, answers, events and URLs.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TenantVerb>))]
public enum TenantVerb
{
    /// <summary>Provision it.</summary>
    [JsonStringEnumMemberName("onboard")] Onboard,

    /// <summary>Change its spec.</summary>
    [JsonStringEnumMemberName("update")] Update,

    /// <summary>Scale it to zero and release its capacity.</summary>
    [JsonStringEnumMemberName("suspend")] Suspend,

    /// <summary>Reserve capacity again and scale it up.</summary>
    [JsonStringEnumMemberName("resume")] Resume,

    /// <summary>Change its expiry.</summary>
    [JsonStringEnumMemberName("renew")] Renew,

    /// <summary>Deprovision it.</summary>
    [JsonStringEnumMemberName("offboard")] Offboard,

    /// <summary>Apply what it should be again, and wait until it is.</summary>
    [JsonStringEnumMemberName("reconcile")] Reconcile,

    /// <summary>Apply everything again after a quarantine, and end it if the tenant is isolated then.</summary>
    [JsonStringEnumMemberName("lift-quarantine")] LiftQuarantine,

    /// <summary>Deprovision it, removing the finalizers that are named.</summary>
    [JsonStringEnumMemberName("force-offboard")] ForceOffboard,

    /// <summary>Run the operation that failed again, as a new operation with the same target.</summary>
    [JsonStringEnumMemberName("retry")] Retry,

    /// <summary>Undo what a failed operation left.</summary>
    [JsonStringEnumMemberName("compensate")] Compensate,

    /// <summary>End the running operation at its next step, and undo it.</summary>
    [JsonStringEnumMemberName("cancel")] Cancel,

    /// <summary>End the step that the running operation is blocked in, as accepted by a person.</summary>
    [JsonStringEnumMemberName("skip")] Skip,

    /// <summary>What its expiry says, now that it is due.</summary>
    [JsonStringEnumMemberName("expire")] Expire,

    /// <summary>Verify that it is isolated, and quarantine it if it isn't.</summary>
    [JsonStringEnumMemberName("verify")] Verify,
}

/// <summary>The names of verbs, and who may use them.</summary>
public static class TenantVerbs
{
    private static readonly string[] Names =
    [
        "onboard", "update", "suspend", "resume", "renew", "offboard", "reconcile", "lift-quarantine", "force-offboard", "retry", "compensate",
        "cancel", "skip", "expire", "verify",
    ];

    /// <summary>What operators can ask of a tenant.</summary>
    public static IReadOnlyList<TenantVerb> OfTenants { get; } =
    [
        TenantVerb.Suspend, TenantVerb.Resume, TenantVerb.Renew, TenantVerb.Reconcile, TenantVerb.Verify, TenantVerb.LiftQuarantine, TenantVerb.ForceOffboard,
    ];

    /// <summary>What operators can ask of an operation.</summary>
    public static IReadOnlyList<TenantVerb> OfOperations { get; } =
        [TenantVerb.Cancel, TenantVerb.Retry, TenantVerb.Skip, TenantVerb.Compensate];

    /// <summary>The wire name.</summary>
    public static string ToWireName(this TenantVerb verb) => Names[(int)verb];

    /// <summary>Parses a verb by its exact wire name.</summary>
    public static bool TryParse(string? name, out TenantVerb verb)
    {
        var index = Array.IndexOf(Names, name);
        verb = index < 0 ? default : (TenantVerb)index;
        return index >= 0;
    }

    /// <summary>The verb of a request.</summary>
    public static TenantVerb ToVerb(this TenantRequestKind kind) => kind switch
    {
        TenantRequestKind.Onboard => TenantVerb.Onboard,
        TenantRequestKind.Update => TenantVerb.Update,
        TenantRequestKind.Suspend => TenantVerb.Suspend,
        TenantRequestKind.Resume => TenantVerb.Resume,
        TenantRequestKind.Renew => TenantVerb.Renew,
        TenantRequestKind.Offboard => TenantVerb.Offboard,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown kind of request."),
    };
}
