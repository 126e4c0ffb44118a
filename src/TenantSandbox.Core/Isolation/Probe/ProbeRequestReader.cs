using System.Net;
using System.Text;
using System.Text.Json;

namespace TenantSandbox.Core.Isolation.Probe;

/// <summary>Reads and writes the value of <see cref="ProbeRequest.EnvironmentVariable"/>.</summary>
public static class ProbeRequestReader
{
    /// <summary>Reads a request.</summary>
    /// <param name="json">The variable's value; null where it isn't set.</param>
    /// <exception cref="FormatException">Says what is wrong with it and where.</exception>
    public static ProbeRequest Read(string? json)
    {
        if (string.IsNullOrEmpty(json))
        {
            throw new FormatException($"The environment variable {ProbeRequest.EnvironmentVariable} is not set. It holds the request as JSON.");
        }

        if (Encoding.UTF8.GetByteCount(json) is var bytes and > ProbeRequest.MaxBytes)
        {
            throw new FormatException($"The request has {bytes} bytes; it may have {ProbeRequest.MaxBytes}.");
        }

        ProbeRequest request;
        try
        {
            request = JsonSerializer.Deserialize(json, ProbeJson.Default.ProbeRequest) ?? throw new FormatException("The request is null.");
        }
        catch (JsonException e)
        {
            throw new FormatException($"The request can't be read at {e.Path ?? "its start"}: {ProbeText.Clean(e.Message, 200)}", e);
        }

        return FindFault(request) is { } fault ? throw new FormatException($"The request is invalid: {fault}") : request;
    }

    /// <summary>Writes a request.</summary>
    /// <exception cref="ArgumentException">It breaks a rule of the contract or is too large; the message says which.</exception>
    public static string Write(ProbeRequest request)
    {
        if (FindFault(request) is { } fault)
        {
            throw new ArgumentException($"The request is invalid: {fault}", nameof(request));
        }

        var json = JsonSerializer.Serialize(request, ProbeJson.Default.ProbeRequest);
        return Encoding.UTF8.GetByteCount(json) <= ProbeRequest.MaxBytes
            ? json
            : throw new ArgumentException($"The request has more than {ProbeRequest.MaxBytes} bytes. Ask for fewer targets.", nameof(request));
    }

    private static string? FindFault(ProbeRequest request) =>
        request.Schema != ProbeRequest.CurrentSchema ? $"schema must be {ProbeRequest.CurrentSchema}, not {request.Schema}."
        : !ProbeText.IsHex(request.Nonce, 32) ? "nonce must be 32 lower-case hexadecimal digits."
        : request.Targets.Count > ProbeRequest.MaxTargets ? $"targets has {request.Targets.Count} items; it may have {ProbeRequest.MaxTargets}."
        : request.Targets.Select((t, i) => FindFault(t) is { } fault ? $"targets[{i}].{fault}" : null).FirstOrDefault(f => f is not null)
            ?? (request.Targets.GroupBy(t => t.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } same
                ? $"targets has the name {same.Key} twice."
                : null);

    private static string? FindFault(ProbeTarget? target) =>
        target is null ? "is null."
        : !ProbeText.IsName(target.Name) ? "name must be lower-case letters, digits and inner hyphens, at most 63."
        : !Enum.IsDefined(target.Kind) ? "kind must be tcp, udp-dns or http."
        : !Enum.IsDefined(target.Expected) ? "expected must be open or closed."
        : !IPAddress.TryParse(target.Address, out var address) || address.ToString() != target.Address
            ? "address must be an IPv4 or IPv6 address in its canonical form."
        : target.Port is < 1 or > ushort.MaxValue ? $"port must be 1 to 65535, not {target.Port}."
        : target.TimeoutMilliseconds is < ProbeRequest.MinTimeoutMilliseconds or > ProbeRequest.MaxTimeoutMilliseconds
            ? $"timeoutMs must be {ProbeRequest.MinTimeoutMilliseconds} to {ProbeRequest.MaxTimeoutMilliseconds}, not {target.TimeoutMilliseconds}."
        : (target.Kind == ProbeTargetKind.UdpDns) != target.DnsName is not null ? "dnsName must be given with kind udp-dns, and with no other."
        : target.DnsName is { } name && !ProbeText.IsDnsName(name) ? "dnsName is no name that DNS can be asked for."
        : target.Path is not null && target.Kind != ProbeTargetKind.Http ? "path can be given with kind http only."
        : target.Path is { } path && (!path.StartsWith('/') || path.Length > 200 || path.Contains(' ', StringComparison.Ordinal) || !ProbeText.IsPrintable(path))
            ? "path must start with '/' and have at most 200 printable ASCII characters without spaces."
        : null;
}
