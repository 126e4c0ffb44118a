using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Tenants;

/// <summary>Where a tenant stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TenantPhase>))]
public enum TenantPhase
{
    /// <summary>Being put up.</summary>
    [JsonStringEnumMemberName("onboarding")] Onboarding,

    /// <summary>Up: every workload was seen available.</summary>
    [JsonStringEnumMemberName("ready")] Ready,

    /// <summary>Onboarding failed and everything it had made was undone. An onboarding with a higher revision tries again.</summary>
    [JsonStringEnumMemberName("failed")] Failed,

    /// <summary>Being taken down.</summary>
    [JsonStringEnumMemberName("offboarding")] Offboarding,

    /// <summary>Taking down (or undoing) ended before everything was seen gone; the last error names the blocker. Another offboarding tries again.</summary>
    [JsonStringEnumMemberName("teardownFailed")] TeardownFailed,

    /// <summary>Gone, and proven so. The state is kept as a tombstone: it fences off what comes late.</summary>
    [JsonStringEnumMemberName("offboarded")] Offboarded,
}
