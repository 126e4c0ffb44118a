using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests;

/// <summary>One destination that a tenant's workloads may connect to.</summary>
/// <param name="Cidr">An IPv4 or IPv6 block, in canonical form.</param>
/// <param name="Ports">Ports; empty for all.</param>
public sealed record EgressRule(
    [property: JsonPropertyName("cidr")] string Cidr,
    [property: JsonPropertyName("ports")] IReadOnlyList<WorkloadPort> Ports);
