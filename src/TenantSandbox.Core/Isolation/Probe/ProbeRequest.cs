using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Isolation.Probe;

/// <summary>What the probe program is asked to try. It travels as JSON in an environment variable of the probe's container.</summary>
/// <param name="Schema">The version of this contract, <see cref="CurrentSchema"/>.</param>
/// <param name="Nonce">
/// 32 lower-case hexadecimal digits, random and new for each pod. The result must repeat it, so that the result of another run can't stand in for it.
/// </param>
/// <param name="Targets">At most <see cref="MaxTargets"/>, each with a name of its own.</param>
public sealed record ProbeRequest(
    [property: JsonPropertyName("schema")] int Schema,
    [property: JsonPropertyName("nonce")] string Nonce,
    [property: JsonPropertyName("targets")] IReadOnlyList<ProbeTarget> Targets)
{
    /// <summary>The version that this code reads and writes.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The environment variable that holds the request.</summary>
    public const string EnvironmentVariable = "TENANTSANDBOX_PROBE";

    /// <summary>The most bytes of UTF-8 that a request has.</summary>
    public const int MaxBytes = 8 * 1024;

    /// <summary>The most targets of a request.</summary>
    public const int MaxTargets = 32;

    /// <summary>The shortest time that a target is waited for, in milliseconds.</summary>
    public const int MinTimeoutMilliseconds = 50;

    /// <summary>The longest time that a target is waited for, in milliseconds. Targets are tried at the same time, so it also bounds the run.</summary>
    public const int MaxTimeoutMilliseconds = 10_000;
}

/// <summary>Something that the probe tries to reach.</summary>
/// <param name="Name">Its name in the result: lower-case letters, digits and inner hyphens, at most 63.</param>
/// <param name="Kind">How it is tried.</param>
/// <param name="Address">An IPv4 or IPv6 address in its canonical form. Names aren't resolved: a forged answer could lead elsewhere.</param>
/// <param name="Port">1 to 65535.</param>
/// <param name="Expected">What isolation requires. The probe doesn't judge; it is here so that a request explains itself.</param>
/// <param name="TimeoutMilliseconds">How long it is waited for.</param>
/// <param name="DnsName">The name that a DNS server is asked for; with <see cref="ProbeTargetKind.UdpDns"/> only, and required there.</param>
/// <param name="Path">The path that is asked for, <c>/</c> if absent; with <see cref="ProbeTargetKind.Http"/> only.</param>
public sealed record ProbeTarget(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("kind")] ProbeTargetKind Kind,
    [property: JsonPropertyName("address")] string Address,
    [property: JsonPropertyName("port")] int Port,
    [property: JsonPropertyName("expected")] ProbeExpectation Expected,
    [property: JsonPropertyName("timeoutMs")] int TimeoutMilliseconds,
    [property: JsonPropertyName("dnsName")] string? DnsName = null,
    [property: JsonPropertyName("path")] string? Path = null);

/// <summary>How a target is tried.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProbeTargetKind>))]
public enum ProbeTargetKind
{
    /// <summary>A TCP connection, closed again at once.</summary>
    [JsonStringEnumMemberName("tcp")]
    Tcp,

    /// <summary>One DNS question over UDP, repeated once.</summary>
    [JsonStringEnumMemberName("udp-dns")]
    UdpDns,

    /// <summary>A GET over plain HTTP/1.1; whatever status comes back counts as an answer.</summary>
    [JsonStringEnumMemberName("http")]
    Http,
}

/// <summary>What isolation requires of a target.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProbeExpectation>))]
public enum ProbeExpectation
{
    /// <summary>The pod must reach it.</summary>
    [JsonStringEnumMemberName("open")]
    Open,

    /// <summary>The pod must not reach it.</summary>
    [JsonStringEnumMemberName("closed")]
    Closed,
}
