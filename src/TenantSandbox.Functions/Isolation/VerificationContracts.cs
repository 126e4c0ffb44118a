using System.Text.Json.Serialization;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Core.Placement;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Isolation;

/// <summary>One verification of a tenant. Input of the orchestration and of its activities.</summary>
/// <param name="Tenant">What must be isolated.</param>
/// <param name="Cause">Why it is verified.</param>
/// <param name="Timing">Polling delays of the tenant's cluster.</param>
/// <param name="InstanceId">The orchestration that verifies; null in its own input.</param>
/// <param name="StartedAt">When it started, by its clock; null in its own input.</param>
/// <param name="Attempt">How often it was judged before: a tenant whose pods move meanwhile is probed again, at most <see cref="MaxAttempts"/> times in all.</param>
public sealed record VerificationInput(
    [property: JsonPropertyName("tenant")] PlacedTenant Tenant,
    [property: JsonPropertyName("cause")] ReportCause Cause,
    [property: JsonPropertyName("timing")] OperationTiming Timing,
    [property: JsonPropertyName("instanceId"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? InstanceId = null,
    [property: JsonPropertyName("startedAt"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? StartedAt = null,
    [property: JsonPropertyName("attempt"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Attempt = 0)
{
    /// <summary>Whether the tenant is in use and isn't changed, so that a workload that doesn't run is only a warning.</summary>
    [JsonIgnore]
    public bool IsInUse => Cause is ReportCause.Timer or ReportCause.NodeImage or ReportCause.OnDemand;

    /// <summary>How often a tenant is probed in one verification. After the last time, a node without a probe fails it.</summary>
    public const int MaxAttempts = 3;
}

/// <summary>How a verification begins.</summary>
/// <param name="IsEnabled">False where the installation verifies nothing.</param>
/// <param name="Probes">Number of probe pods that were started.</param>
/// <param name="WaitSeconds">How long they may take.</param>
/// <param name="IsDone">Whether all of them have ended already.</param>
public sealed record ProbeStart(
    [property: JsonPropertyName("enabled")] bool IsEnabled,
    [property: JsonPropertyName("probes")] int Probes,
    [property: JsonPropertyName("waitSeconds")] int WaitSeconds,
    [property: JsonPropertyName("done"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool IsDone = false);

/// <summary>Whether the probe pods have ended.</summary>
/// <param name="IsDone">Whether all have.</param>
/// <param name="Detail">What the others wait for, for people.</param>
public sealed record ProbeObservation(
    [property: JsonPropertyName("done")] bool IsDone,
    [property: JsonPropertyName("detail")] string Detail);

/// <summary>The outcome of a verification.</summary>
/// <param name="IsIsolated">Whether no check failed; true also where nothing is verified.</param>
/// <param name="Passed">Number of checks that passed.</param>
/// <param name="Failed">Number of those that failed.</param>
/// <param name="Warnings">Number of warnings.</param>
/// <param name="Failures">The first failed checks, for people; at most <see cref="MaxFailures"/>.</param>
/// <param name="RunsOutsideGuest">Whether a failed check says that something runs, or may run, on the kernel of its node.</param>
/// <param name="Report">The report that holds every check; null where nothing is verified.</param>
/// <param name="NodeImage">The node image of the tenant's agent pool; null if it wasn't seen.</param>
/// <param name="MustProbeAgain">Whether nothing was judged, because a pod was moved to a node without a probe.</param>
/// <param name="IsOnlyNotRunning">Whether the only failure is that workloads don't run, which is no reason to close a tenant.</param>
public sealed record IsolationVerdict(
    [property: JsonPropertyName("isolated")] bool IsIsolated,
    [property: JsonPropertyName("passed")] int Passed,
    [property: JsonPropertyName("failed")] int Failed,
    [property: JsonPropertyName("warnings")] int Warnings,
    [property: JsonPropertyName("failures")] IReadOnlyList<string> Failures,
    [property: JsonPropertyName("outsideGuest"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool RunsOutsideGuest = false,
    [property: JsonPropertyName("report"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Report = null,
    [property: JsonPropertyName("nodeImage"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? NodeImage = null,
    [property: JsonPropertyName("probeAgain"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool MustProbeAgain = false,
    [property: JsonPropertyName("onlyNotRunning"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool IsOnlyNotRunning = false)
{
    /// <summary>The most failed checks that are named: the report has all.</summary>
    public const int MaxFailures = 5;

    /// <summary>The most characters of a named one.</summary>
    public const int MaxFailureLength = 400;

    /// <summary>The verdict where the installation verifies nothing.</summary>
    public static IsolationVerdict NotVerified { get; } = new(true, 0, 0, 0, []);

    /// <summary>The verdict while pods of the tenant are being moved.</summary>
    public static IsolationVerdict Unsettled { get; } = new(false, 0, 0, 0, [], MustProbeAgain: true);

    /// <summary>Whether anything was checked.</summary>
    [JsonIgnore]
    public bool IsVerified => Passed + Failed > 0;

    /// <summary>What failed, for people.</summary>
    [JsonIgnore]
    public string Description => Failed <= Failures.Count
        ? string.Join(" ", Failures)
        : $"{string.Join(" ", Failures)} And {Failed - Failures.Count} more.";
}
