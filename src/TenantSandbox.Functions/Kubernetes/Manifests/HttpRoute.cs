using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

// The fields of Gateway API v1 that are used here; the client library has no models of it.

/// <summary>A route of HTTP requests from a Gateway to Services.</summary>
[KubernetesEntity(Group = ApiGroup, ApiVersion = "v1", Kind = KindName, PluralName = "httproutes")]
internal sealed class HttpRoute : IKubernetesObject<V1ObjectMeta>
{
    public const string ApiGroup = "gateway.networking.k8s.io";
    public const string KindName = "HTTPRoute";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; } = $"{ApiGroup}/v1";

    [JsonPropertyName("kind")] public string Kind { get; set; } = KindName;

    [JsonPropertyName("metadata")] public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")] public HttpRouteSpec? Spec { get; set; }

    [JsonPropertyName("status")] public HttpRouteStatus? Status { get; set; }
}

internal sealed record HttpRouteSpec(
    [property: JsonPropertyName("parentRefs")] IReadOnlyList<RouteParent>? ParentRefs,
    [property: JsonPropertyName("hostnames")] IReadOnlyList<string>? Hostnames,
    [property: JsonPropertyName("rules")] IReadOnlyList<HttpRouteRule>? Rules);

internal sealed record RouteParent(
    [property: JsonPropertyName("group")] string? Group,
    [property: JsonPropertyName("kind")] string? Kind,
    [property: JsonPropertyName("namespace")] string? Namespace,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("sectionName")] string? SectionName);

internal sealed record HttpRouteRule(
    [property: JsonPropertyName("matches")] IReadOnlyList<HttpRouteMatch>? Matches,
    [property: JsonPropertyName("backendRefs")] IReadOnlyList<RouteBackend>? BackendRefs);

internal sealed record HttpRouteMatch([property: JsonPropertyName("path")] HttpPathMatch? Path);

internal sealed record HttpPathMatch(
    [property: JsonPropertyName("type")] string? Type,
    [property: JsonPropertyName("value")] string? Value);

internal sealed record RouteBackend(
    [property: JsonPropertyName("group")] string? Group,
    [property: JsonPropertyName("kind")] string? Kind,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("port")] int? Port,
    [property: JsonPropertyName("weight")] int? Weight);

internal sealed record HttpRouteStatus([property: JsonPropertyName("parents")] IReadOnlyList<RouteParentStatus>? Parents);

internal sealed record RouteParentStatus(
    [property: JsonPropertyName("parentRef")] RouteParent? ParentRef,
    [property: JsonPropertyName("conditions")] IReadOnlyList<V1Condition>? Conditions);
