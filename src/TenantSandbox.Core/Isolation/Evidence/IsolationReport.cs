using System.Text.Json.Serialization;
using TenantSandbox.Core.Isolation.Verification;

namespace TenantSandbox.Core.Isolation.Evidence;

/// <summary>
/// What one verification of a tenant's isolation found: the content that is hashed and signed. Each report names the hash of the tenant's
/// previous one, so that none can be changed, removed or added between two others without being noticed.
/// </summary>
/// <param name="SchemaVersion">The form of the report, <see cref="CurrentSchemaVersion"/> in new ones.</param>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">The tenant's incarnation, from 1.</param>
/// <param name="Number">The number of the report within the incarnation, from 1, without gaps.</param>
/// <param name="ClusterId">The configured id of the cluster that the tenant ran on.</param>
/// <param name="InstanceId">Instance id of the orchestration that verified; it has one report.</param>
/// <param name="Cause">Why the tenant was verified.</param>
/// <param name="StartedAt">When the verification started, in UTC.</param>
/// <param name="FinishedAt">When it had its last check, in UTC.</param>
/// <param name="SpecHash">Lower-case hexadecimal SHA-256 of the tenant's spec; null if it was unknown.</param>
/// <param name="AppVersion">Version of the app that verified.</param>
/// <param name="Verdict">The outcome of all checks together.</param>
/// <param name="Checks">The checks, in the order of the verification.</param>
/// <param name="Previous">The tenant's previous report, of whichever incarnation; null in its first.</param>
/// <param name="KeyId">The key that signed it: <see cref="ReportKey.Id"/>.</param>
public sealed record IsolationReport(
    [property: JsonPropertyName("schemaVersion")] int SchemaVersion,
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("number")] int Number,
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("instanceId")] string InstanceId,
    [property: JsonPropertyName("cause")] ReportCause Cause,
    [property: JsonPropertyName("startedAt")] DateTimeOffset StartedAt,
    [property: JsonPropertyName("finishedAt")] DateTimeOffset FinishedAt,
    [property: JsonPropertyName("specHash")] string? SpecHash,
    [property: JsonPropertyName("appVersion")] string AppVersion,
    [property: JsonPropertyName("verdict")] ReportVerdict Verdict,
    [property: JsonPropertyName("checks")] IReadOnlyList<IsolationCheck> Checks,
    [property: JsonPropertyName("previous")] ReportLink? Previous,
    [property: JsonPropertyName("keyId")] string KeyId)
{
    /// <summary>The form that this version writes, and the newest that it reads.</summary>
    public const int CurrentSchemaVersion = 1;

    /// <summary>Which report it is.</summary>
    [JsonIgnore]
    public ReportName Name => new(TenantId, Incarnation, Number);

    /// <summary>Passed if there are checks and none failed: a verification that looked at nothing shows nothing.</summary>
    public static ReportVerdict VerdictOf(IReadOnlyCollection<IsolationCheck> checks)
    {
        ArgumentNullException.ThrowIfNull(checks);
        return checks.Count > 0 && checks.All(c => c.Verdict != CheckVerdict.Failed) ? ReportVerdict.Passed : ReportVerdict.Failed;
    }
}

/// <summary>A reference from a report to the one before it.</summary>
/// <param name="Incarnation">The incarnation of the other report.</param>
/// <param name="Number">Its number.</param>
/// <param name="Hash">Its hash, as <see cref="SignedReport.Hash"/>.</param>
public sealed record ReportLink(
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("number")] int Number,
    [property: JsonPropertyName("hash")] string Hash);

/// <summary>The outcome of all checks of a report.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReportVerdict>))]
public enum ReportVerdict
{
    /// <summary>No check failed.</summary>
    [JsonStringEnumMemberName("passed")]
    Passed,

    /// <summary>At least one check failed, or nothing was checked.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <summary>Why a tenant was verified.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReportCause>))]
public enum ReportCause
{
    /// <summary>Before it became ready.</summary>
    [JsonStringEnumMemberName("onboarding")]
    Onboarding,

    /// <summary>Before an update counted as rolled out.</summary>
    [JsonStringEnumMemberName("update")]
    Update,

    /// <summary>Before it was resumed.</summary>
    [JsonStringEnumMemberName("resume")]
    Resume,

    /// <summary>At its regular time.</summary>
    [JsonStringEnumMemberName("timer")]
    Timer,

    /// <summary>Because a node image of its agent pool changed.</summary>
    [JsonStringEnumMemberName("nodeImage")]
    NodeImage,

    /// <summary>Because a person or another system asked for it.</summary>
    [JsonStringEnumMemberName("onDemand")]
    OnDemand,
}
