using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

// The fields of cilium.io/v2 that are used here; the client library has no models of it.

/// <summary>A policy of Cilium, which knows host names.</summary>
[KubernetesEntity(Group = ApiGroup, ApiVersion = "v2", Kind = KindName, PluralName = "ciliumnetworkpolicies")]
internal sealed class CiliumNetworkPolicy : IKubernetesObject<V1ObjectMeta>
{
    public const string ApiGroup = "cilium.io";
    public const string KindName = "CiliumNetworkPolicy";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; } = $"{ApiGroup}/v2";

    [JsonPropertyName("kind")] public string Kind { get; set; } = KindName;

    [JsonPropertyName("metadata")] public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")] public CiliumPolicySpec? Spec { get; set; }
}

/// <summary>The name of a policy of Cilium: one that others made can have any field.</summary>
[KubernetesEntity(Group = CiliumNetworkPolicy.ApiGroup, ApiVersion = "v2", Kind = CiliumNetworkPolicy.KindName, PluralName = "ciliumnetworkpolicies")]
internal sealed class CiliumPolicyHead : IKubernetesObject<V1ObjectMeta>
{
    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; } = "";

    [JsonPropertyName("kind")] public string Kind { get; set; } = "";

    [JsonPropertyName("metadata")] public V1ObjectMeta Metadata { get; set; } = new();
}

internal sealed record CiliumPolicySpec(
    [property: JsonPropertyName("endpointSelector")] V1LabelSelector EndpointSelector,
    [property: JsonPropertyName("egress")] IReadOnlyList<CiliumEgressRule> Egress,
    [property: JsonPropertyName("egressDeny")] IReadOnlyList<CiliumEgressDenyRule> EgressDeny);

internal sealed record CiliumEgressRule(
    [property: JsonPropertyName("toEndpoints")] IReadOnlyList<V1LabelSelector>? ToEndpoints,
    [property: JsonPropertyName("toFQDNs")] IReadOnlyList<CiliumHost>? ToFqdns,
    [property: JsonPropertyName("toPorts")] IReadOnlyList<CiliumPortRule> ToPorts);

/// <summary>A host name, or a pattern of host names.</summary>
internal sealed record CiliumHost(
    [property: JsonPropertyName("matchName")] string? MatchName,
    [property: JsonPropertyName("matchPattern")] string? MatchPattern)
{
    public static CiliumHost Of(string host) => host.Contains('*', StringComparison.Ordinal) ? new(null, host) : new(host, null);
}

internal sealed record CiliumPortRule(
    [property: JsonPropertyName("ports")] IReadOnlyList<CiliumPort> Ports,
    [property: JsonPropertyName("rules")] CiliumLayer7Rules? Rules = null);

internal sealed record CiliumPort(
    [property: JsonPropertyName("port")] string Port,
    [property: JsonPropertyName("protocol")] string Protocol);

internal sealed record CiliumLayer7Rules([property: JsonPropertyName("dns")] IReadOnlyList<CiliumHost> Dns);

internal sealed record CiliumEgressDenyRule([property: JsonPropertyName("toCIDR")] IReadOnlyList<string> ToCidr);
