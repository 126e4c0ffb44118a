using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Isolation.Verification;

/// <summary>One thing that a verification looked at, readable by an auditor without the app.</summary>
/// <param name="Id">The check's stable identifier, such as <c>node.kernel</c>; a subject has at most one check of an identifier.</param>
/// <param name="Subject">What was checked: an agent pool, a node, a pod (<c>namespace/name</c>), an address with port, a policy.</param>
/// <param name="Expected">What isolation requires, in words or as a value.</param>
/// <param name="Observed">What was seen, in words or as a value.</param>
/// <param name="At">When it was seen, in UTC.</param>
/// <param name="Verdict">Whether the observation meets the expectation.</param>
/// <param name="Reason">Why the verdict is what it is where the values alone don't tell; else null.</param>
public sealed record IsolationCheck(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("subject")] string Subject,
    [property: JsonPropertyName("expected")] string Expected,
    [property: JsonPropertyName("observed")] string Observed,
    [property: JsonPropertyName("at")] DateTimeOffset At,
    [property: JsonPropertyName("verdict")] CheckVerdict Verdict,
    [property: JsonPropertyName("reason")] string? Reason = null);

/// <summary>The outcome of a check.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CheckVerdict>))]
public enum CheckVerdict
{
    /// <summary>The boundary holds here.</summary>
    [JsonStringEnumMemberName("passed")]
    Passed,

    /// <summary>The boundary doesn't hold, or that it holds couldn't be shown.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Nothing about the boundary, but an operator should know.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>Does not apply to this cluster or tenant, for the reason given.</summary>
    [JsonStringEnumMemberName("notApplicable")]
    NotApplicable,
}
