using System.Text.Json.Serialization;

namespace TenantSandbox.AksTwin;

/// <summary>What an injected fault does to a call.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<InjectedFaultKind>))]
public enum InjectedFaultKind
{
    /// <summary>
    /// The call is rejected with <see cref="InjectedFault.Status"/> and <see cref="InjectedFault.Code"/> and has no effect.
    /// </summary>
    Refuse,

    /// <summary>The call takes effect, but the connection is aborted before the response.</summary>
    LoseAnswer,

    /// <summary>ARM: the call is accepted, but its operation ends as Failed with <see cref="InjectedFault.Code"/>.</summary>
    FailLate,

    /// <summary>ARM, on <c>arm.agentPools.put</c>: the operation succeeds, but the new nodes never become Ready.</summary>
    NodesNeverReady,

    /// <summary>The call is delayed by <see cref="InjectedFault.DelaySeconds"/>.</summary>
    Delay,

    /// <summary>Kubernetes: the object that the call creates or deletes gets a finalizer that no controller removes.</summary>
    StuckFinalizer,

    /// <summary>
    /// Kubernetes: the containers of the created pod never run. <see cref="InjectedFault.Code"/> is their waiting reason; or
    /// <c>OOMKilled</c> or <c>StartError</c>, with which they end again and again; or the event <c>FailedCreatePodSandBox</c>,
    /// <c>FailedMount</c> or <c>FailedAttachVolume</c>, with which they wait to be created. <see cref="InjectedFault.Message"/> is the message.
    /// </summary>
    NeverRuns,

    /// <summary>
    /// Kubernetes: the containers of the created pod end after <see cref="InjectedFault.DelaySeconds"/> with the exit code
    /// <see cref="InjectedFault.Code"/>; 1 if that isn't a number.
    /// </summary>
    Exits,

    /// <summary>
    /// On <see cref="InjectedFaults.ProbeRun"/>: the node's Kata handler is really runc, so the probe sees the node's kernel, memory and processors.
    /// </summary>
    RunsWithRunc,

    /// <summary>On <see cref="InjectedFaults.ProbeRun"/>: the guest has <see cref="InjectedFault.Code"/> MiB of memory, whatever its limits.</summary>
    GuestMemory,

    /// <summary>On <see cref="InjectedFaults.ProbeRun"/>: the address <see cref="InjectedFault.Code"/> answers, whatever the policies say.</summary>
    AddressOpen,

    /// <summary>On <see cref="InjectedFaults.ProbeRun"/>: the address <see cref="InjectedFault.Code"/> is silent, whatever the policies say.</summary>
    AddressSilent,

    /// <summary>
    /// On <see cref="InjectedFaults.ProbeRun"/>: what the probe prints is replaced. <see cref="InjectedFault.Code"/> is <c>nothing</c>,
    /// <c>garbage</c>, <c>forgedNonce</c> (the result of another run) or <c>twoLines</c>.
    /// </summary>
    ProbeOutput,
}

/// <summary>
/// An injected fault. It applies to matching calls, after the first <see cref="Skip"/> of them, up to <see cref="Times"/> times.
/// </summary>
public sealed record InjectedFault
{
    /// <summary>
    /// Name of the call as <see cref="CallCounter"/> counts it, such as <c>arm.agentPools.put</c>; a trailing <c>*</c> is a wildcard.
    /// </summary>
    public required string Call { get; init; }

    /// <summary>Name of the pool or object that the call is about; null for any, a trailing <c>*</c> is a wildcard.</summary>
    public string? Target { get; init; }

    public InjectedFaultKind Kind { get; init; } = InjectedFaultKind.Refuse;

    /// <summary>HTTP status of a <see cref="InjectedFaultKind.Refuse"/> fault.</summary>
    public int Status { get; init; } = 409;

    /// <summary>
    /// Error code (ARM) or reason (Kubernetes). If <see cref="Message"/> is null, the default message of the code is used.
    /// </summary>
    public string Code { get; init; } = "OperationNotAllowed";

    public string? Message { get; init; }

    /// <summary>Retry-After header of a <see cref="InjectedFaultKind.Refuse"/> fault, in seconds.</summary>
    public int? RetryAfter { get; init; }

    public double DelaySeconds { get; init; }

    /// <summary>Number of matching calls that pass before the fault applies.</summary>
    public int Skip { get; init; }

    /// <summary>Maximum number of calls that the fault applies to; null for no limit.</summary>
    public int? Times { get; init; } = 1;

    /// <summary>Probability, 0 to 1, that the fault applies to a call that is due; drawn from the twin's seed.</summary>
    public double Probability { get; init; } = 1;
}
