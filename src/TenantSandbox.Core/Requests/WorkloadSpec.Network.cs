using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Core.Requests.Network;

namespace TenantSandbox.Core.Requests;

// The order in JSON is stated, because a spec's hash is made of its JSON.
public sealed partial record WorkloadSpec
{
    /// <summary>Its Services; null for one with the workload's name and ports.</summary>
    [JsonPropertyName("services"), JsonPropertyOrder(100), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ServiceSpec>? Services { get; init; }

    /// <summary>Who may connect to its pods; null for all pods of the tenant.</summary>
    [JsonPropertyName("ingress"), JsonPropertyOrder(101), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IngressSpec? Ingress { get; init; }

    /// <summary>What its pods may connect to, instead of the tenant's allow list; null for that list.</summary>
    [JsonPropertyName("egressAllowList"), JsonPropertyOrder(102), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<EgressRule>? EgressAllowList { get; init; }

    /// <summary>The host names that lead to it; null for none.</summary>
    [JsonPropertyName("expose"), JsonPropertyOrder(103), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Exposure? Expose { get; init; }

    /// <summary>
    /// The Services that the workload has: its own, or one with its name and ports if it has any, or if that Service names the pods of a
    /// StatefulSet. Without the one that names the pods beside them (<see cref="GoverningServices.IsSeparate"/>).
    /// </summary>
    public IReadOnlyList<ServiceSpec> EffectiveServices() => Services
        ?? (Ports.Count == 0 && !GoverningServices.IsOwn(this) ? [] : [new ServiceSpec(Name, [.. Ports.Select(ServicePortSpec.Of)])]);

    /// <summary>The number of a port of the pods that a Service's port leads to; null for a name that no container declares.</summary>
    public int? TargetOf(ServicePortSpec port)
    {
        ArgumentNullException.ThrowIfNull(port);
        return port.TargetPort is not { } target ? port.Port
            : int.TryParse(target, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number
            : Ports.FirstOrDefault(p => p.Name == target)?.Port;
    }
}
