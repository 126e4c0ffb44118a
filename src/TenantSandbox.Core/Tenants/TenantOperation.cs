using System.Globalization;
using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>One operation on a tenant.</summary>
/// <param name="Id">Instance id of its orchestration.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Revision">The tenant's revision that it was started with; for an onboarding or an update the one that it applies.</param>
/// <param name="Incarnation">The tenant's incarnation that it works on.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="EndedAt">When its end was reported; null while it runs.</param>
/// <param name="Sequence">Its number among all operations of the tenant; 0 if the first version started it.</param>
/// <param name="Verb">What was asked; null if the first version started it.</param>
/// <param name="Actor">Who asked; null for timers, and if the first version started it.</param>
/// <param name="Reason">Why; null if none was given.</param>
/// <param name="Finalizers">The finalizers that a forced offboarding may remove; null otherwise.</param>
/// <param name="Error">Why it failed; null while it runs and when it succeeded.</param>
/// <param name="Expiry">The expiry that an update brings, which holds once it succeeded; null for none, and for other operations.</param>
/// <param name="Skipped">Steps that a person ended as accepted, each with what remains; null for none.</param>
public sealed record TenantOperation(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("kind")] TenantOperationKind Kind,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("startedAt")] DateTimeOffset StartedAt,
    [property: JsonPropertyName("endedAt")] DateTimeOffset? EndedAt = null,
    [property: JsonPropertyName("sequence")] long Sequence = 0,
    [property: JsonPropertyName("verb"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TenantVerb? Verb = null,
    [property: JsonPropertyName("actor"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Actor = null,
    [property: JsonPropertyName("reason"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null,
    [property: JsonPropertyName("finalizers"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Finalizers = null,
    [property: JsonPropertyName("error"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TenantError? Error = null,
    [property: JsonPropertyName("expiry"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TenantExpiry? Expiry = null,
    [property: JsonPropertyName("skipped"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Skipped = null)
{
    /// <summary>An operation's instance id: at most 100 printable characters, never reused.</summary>
    public static string IdOf(string tenantId, int incarnation, long sequence, TenantOperationKind kind) =>
        $"{tenantId}.{incarnation}.{sequence}.{kind.ToWireName()}";

    /// <summary>Parses an operation's instance id.</summary>
    /// <returns>False when the id isn't that of an operation.</returns>
    public static bool TryParseId(string? id, out string tenantId, out TenantOperationKind kind)
    {
        (tenantId, kind) = ("", default);
        return id?.Split('.') is [var tenant, var incarnation, var sequence, var name]
            && tenant.Length > 0
            && int.TryParse(incarnation, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            && long.TryParse(sequence, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            && TenantOperationKinds.TryParse(name, out kind)
            && (tenantId = tenant).Length > 0;
    }
}

/// <summary>What an operation does.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TenantOperationKind>))]
public enum TenantOperationKind
{
    /// <summary>Provisions the tenant.</summary>
    [JsonStringEnumMemberName("onboard")] Onboard,

    /// <summary>Rolls out another spec.</summary>
    [JsonStringEnumMemberName("update")] Update,

    /// <summary>Scales to zero and releases the reservation.</summary>
    [JsonStringEnumMemberName("suspend")] Suspend,

    /// <summary>Reserves again and scales up.</summary>
    [JsonStringEnumMemberName("resume")] Resume,

    /// <summary>Deprovisions the tenant.</summary>
    [JsonStringEnumMemberName("offboard")] Offboard,

    /// <summary>Applies the spec again, and moves the tenant if its pool is lost.</summary>
    [JsonStringEnumMemberName("reconcile")] Reconcile,

    /// <summary>Deletes what failed operations left.</summary>
    [JsonStringEnumMemberName("compensate")] Compensate,

    /// <summary>Verifies the isolation.</summary>
    [JsonStringEnumMemberName("verify")] Verify,
}

/// <summary>The wire names of operation kinds; they end an operation's instance id.</summary>
public static class TenantOperationKinds
{
    /// <summary>The wire name of every kind, in the order of the enumeration.</summary>
    public static IReadOnlyList<string> WireNames { get; } = ["onboard", "update", "suspend", "resume", "offboard", "reconcile", "compensate", "verify"];

    /// <summary>The wire name.</summary>
    public static string ToWireName(this TenantOperationKind kind) => WireNames[(int)kind];

    /// <summary>Parses a kind by its exact wire name.</summary>
    public static bool TryParse(string? name, out TenantOperationKind kind)
    {
        for (var i = 0; i < WireNames.Count; i++)
        {
            if (string.Equals(WireNames[i], name, StringComparison.Ordinal))
            {
                kind = (TenantOperationKind)i;
                return true;
            }
        }

        kind = default;
        return false;
    }
}
