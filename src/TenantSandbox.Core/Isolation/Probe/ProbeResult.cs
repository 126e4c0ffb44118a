using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Isolation.Probe;

/// <summary>What the probe program saw, printed as one line of JSON.</summary>
/// <param name="Schema">The version of the contract, <see cref="ProbeRequest.CurrentSchema"/>.</param>
/// <param name="Nonce">The request's nonce.</param>
/// <param name="StartedAt">When the probe started, by the guest's clock, in UTC.</param>
/// <param name="Guest">The kernel that the probe ran on and its machine.</param>
/// <param name="Process">The privileges that the probe ran with.</param>
/// <param name="TokenMounts">The mount points with a service account's token, sorted; empty where isolation holds.</param>
/// <param name="Targets">One answer for each target of the request, in its order.</param>
public sealed record ProbeResult(
    [property: JsonPropertyName("schema")] int Schema,
    [property: JsonPropertyName("nonce")] string Nonce,
    [property: JsonPropertyName("startedAt")] DateTimeOffset StartedAt,
    [property: JsonPropertyName("guest")] ProbeGuest Guest,
    [property: JsonPropertyName("process")] ProbeProcess Process,
    [property: JsonPropertyName("tokenMounts")] IReadOnlyList<string> TokenMounts,
    [property: JsonPropertyName("targets")] IReadOnlyList<ProbeTargetResult> Targets)
{
    /// <summary>The most bytes of UTF-8 that a result has.</summary>
    public const int MaxBytes = 16 * 1024;

    /// <summary>The most characters of a detail.</summary>
    public const int MaxDetailLength = 120;

    /// <summary>The most mount points that are named.</summary>
    public const int MaxTokenMounts = 8;

    /// <summary>The most characters of a mount point or of a kernel's text.</summary>
    public const int MaxTextLength = 256;
}

/// <summary>The kernel that a probe ran on and its machine: the guest of a kata pod, the node itself where the pod slipped to runc.</summary>
/// <param name="KernelRelease">As <c>uname -r</c> prints it, from /proc/sys/kernel/osrelease.</param>
/// <param name="KernelVersion">As <c>uname -v</c> prints it, from /proc/sys/kernel/version.</param>
/// <param name="BootId">The identifier of this boot of the kernel, from /proc/sys/kernel/random/boot_id.</param>
/// <param name="MemoryBytes">MemTotal of /proc/meminfo: the machine's memory without what the kernel reserves at boot.</param>
/// <param name="Cpus">The processors that are online, from /sys/devices/system/cpu/online, whatever a control group allows of them.</param>
public sealed record ProbeGuest(
    [property: JsonPropertyName("kernelRelease")] string KernelRelease,
    [property: JsonPropertyName("kernelVersion")] string KernelVersion,
    [property: JsonPropertyName("bootId")] string BootId,
    [property: JsonPropertyName("memoryBytes")] long MemoryBytes,
    [property: JsonPropertyName("cpus")] int Cpus);

/// <summary>The privileges of the probe's process, from /proc/self/status.</summary>
/// <param name="UserId">The effective user id.</param>
/// <param name="EffectiveCapabilities">The effective capabilities as 16 lower-case hexadecimal digits (<c>CapEff</c>); all zero for none.</param>
/// <param name="Seccomp">The seccomp mode: 0 off, 1 strict, 2 filter.</param>
/// <param name="NoNewPrivileges">Whether no program that it starts can gain privileges.</param>
public sealed record ProbeProcess(
    [property: JsonPropertyName("userId")] long UserId,
    [property: JsonPropertyName("effectiveCapabilities")] string EffectiveCapabilities,
    [property: JsonPropertyName("seccomp")] int Seccomp,
    [property: JsonPropertyName("noNewPrivileges")] bool NoNewPrivileges);

/// <summary>What came of a target.</summary>
/// <param name="Name">The target's name.</param>
/// <param name="Outcome">What happened, as it was seen.</param>
/// <param name="Detail">What the outcome alone doesn't say, such as the error of the socket or the status of an answer; may be empty.</param>
/// <param name="Milliseconds">How long it took.</param>
public sealed record ProbeTargetResult(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("outcome")] ProbeOutcome Outcome,
    [property: JsonPropertyName("detail")] string Detail,
    [property: JsonPropertyName("milliseconds")] int Milliseconds);

/// <summary>What happened when a target was tried. What it means for isolation is told by <see cref="ProbeJudgement"/>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProbeOutcome>))]
public enum ProbeOutcome
{
    /// <summary>The connection was made; over HTTP, an answer came.</summary>
    [JsonStringEnumMemberName("connected")]
    Connected,

    /// <summary>A packet came back that refuses: a TCP reset, an ICMP port unreachable, a DNS answer with an error of the server.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>Nothing came back in time.</summary>
    [JsonStringEnumMemberName("timedOut")]
    TimedOut,

    /// <summary>The guest has no route, or a router or firewall on the way said that the packet goes nowhere.</summary>
    [JsonStringEnumMemberName("unreachable")]
    Unreachable,

    /// <summary>A DNS server answered that the name exists or doesn't.</summary>
    [JsonStringEnumMemberName("resolved")]
    Resolved,

    /// <summary>Anything else; it shows neither that the target is open nor that it is closed.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}
