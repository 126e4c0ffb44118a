using System.Text.Json.Serialization;

namespace TenantSandbox.AksTwin;

/// <summary>What goes wrong.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FaultKind>))]
public enum FaultKind
{
    /// <summary>The call is answered with <see cref="Fault.Status"/> and <see cref="Fault.Code"/>, and nothing is done.</summary>
    Refuse,

    /// <summary>The call is done in full, but the connection breaks before its answer.</summary>
    LoseAnswer,

    /// <summary>ARM: the call is accepted, and its operation ends as Failed with <see cref="Fault.Code"/>.</summary>
    FailLate,

    /// <summary>ARM: the pool succeeds, but the nodes it makes never get Ready. On <c>arm.agentPools.put</c>.</summary>
    NodesNeverReady,

    /// <summary>The answer comes after <see cref="Fault.DelaySeconds"/> more.</summary>
    Delay,

    /// <summary>Kubernetes: the object that the call makes or deletes stays (a finalizer that nobody removes).</summary>
    StuckFinalizer,

    /// <summary>Kubernetes: the container that the call makes never gets to run (<see cref="Fault.Code"/> is its waiting reason).</summary>
    NeverRuns,
}

/// <summary>One scripted fault. It strikes calls that match, after <see cref="Skip"/> of them, up to <see cref="Times"/> times.</summary>
public sealed record Fault
{
    /// <summary>The call's name, as counted: <c>arm.agentPools.put</c>; a trailing <c>*</c> matches any rest.</summary>
    public required string Call { get; init; }

    /// <summary>The name of the pool or object that the call is about; null for any, a trailing <c>*</c> for any rest.</summary>
    public string? Target { get; init; }

    public FaultKind Kind { get; init; } = FaultKind.Refuse;

    /// <summary>HTTP status of a refusal.</summary>
    public int Status { get; init; } = 409;

    /// <summary>The error code (ARM) or reason (Kubernetes); its usual message is added when <see cref="Message"/> is null.</summary>
    public string Code { get; init; } = "OperationNotAllowed";

    public string? Message { get; init; }

    /// <summary>Seconds in the Retry-After header of a refusal.</summary>
    public int? RetryAfter { get; init; }

    public double DelaySeconds { get; init; }

    /// <summary>How many matching calls pass before the first strike.</summary>
    public int Skip { get; init; }

    /// <summary>How many strikes; null for no end.</summary>
    public int? Times { get; init; } = 1;

    /// <summary>Chance of a strike at each call that is due, from the twin's seed.</summary>
    public double Probability { get; init; } = 1;
}
