using System.Text.Json.Serialization;
using k8s.Models;

namespace TenantSandbox.AksTwin.Kubernetes;

// The fields of CiliumNetworkPolicy that AKS supports for host names (Cilium 1.17); the client library has no models of it.
#pragma warning disable CA1812 // Only their properties are read, by reflection.

[KubernetesEntity(Group = Group, ApiVersion = "v2", Kind = "CiliumNetworkPolicy", PluralName = "ciliumnetworkpolicies")]
internal sealed record CiliumNetworkPolicy(
    string ApiVersion, string Kind, V1ObjectMeta Metadata, CiliumPolicySpec Spec, CiliumPolicyStatus Status)
{
    public const string Group = "cilium.io";
}

internal sealed record CiliumPolicySpec(
    string Description, V1LabelSelector EndpointSelector, IList<CiliumIngressRule> Ingress, IList<CiliumEgressRule> Egress,
    IList<CiliumEgressRule> EgressDeny);

internal sealed record CiliumIngressRule(
    IList<V1LabelSelector> FromEndpoints, IList<string> FromEntities, [property: JsonPropertyName("fromCIDR")] IList<string> FromCidr,
    IList<CiliumPortRule> ToPorts);

internal sealed record CiliumEgressRule(
    IList<V1LabelSelector> ToEndpoints, IList<string> ToEntities, [property: JsonPropertyName("toCIDR")] IList<string> ToCidr,
    [property: JsonPropertyName("toFQDNs")] IList<CiliumHost> ToFqdns, IList<CiliumPortRule> ToPorts);

internal sealed record CiliumHost(string MatchName, string MatchPattern);

internal sealed record CiliumPortRule(IList<CiliumPort> Ports, CiliumLayer7Rules Rules);

internal sealed record CiliumPort(string Port, int EndPort, string Protocol);

internal sealed record CiliumLayer7Rules(IList<CiliumHost> Dns);

internal sealed record CiliumPolicyStatus(IList<V1Condition> Conditions);
