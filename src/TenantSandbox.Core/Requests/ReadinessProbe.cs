using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests;

/// <summary>A readiness probe: exactly one of HTTP path with port, TCP port, or command.</summary>
/// <param name="HttpPath">Path of an HTTP GET on <paramref name="Port"/>; null otherwise.</param>
/// <param name="Port">Port of an HTTP or TCP probe; null for a command.</param>
/// <param name="Command">A command run in the guest; empty otherwise.</param>
/// <param name="InitialDelaySeconds">0 to 600.</param>
/// <param name="PeriodSeconds">1 to 300.</param>
public sealed record ReadinessProbe(
    [property: JsonPropertyName("httpPath")] string? HttpPath,
    [property: JsonPropertyName("port")] int? Port,
    [property: JsonPropertyName("command")] IReadOnlyList<string> Command,
    [property: JsonPropertyName("initialDelaySeconds")] int InitialDelaySeconds = 0,
    [property: JsonPropertyName("periodSeconds")] int PeriodSeconds = 10);
