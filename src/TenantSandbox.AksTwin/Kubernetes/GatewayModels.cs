using k8s.Models;

namespace TenantSandbox.AksTwin.Kubernetes;

// The fields of Gateway API 1.3, standard channel; the client library has no models of it.
#pragma warning disable CA1812 // Only their properties are read, by reflection.

[KubernetesEntity(Group = Group, ApiVersion = "v1", Kind = "Gateway", PluralName = "gateways")]
internal sealed record Gateway(string ApiVersion, string Kind, V1ObjectMeta Metadata, GatewaySpec Spec, GatewayStatus Status)
{
    public const string Group = "gateway.networking.k8s.io";
}

internal sealed record GatewaySpec(
    string GatewayClassName, IList<GatewayListener> Listeners, IList<GatewayAddress> Addresses, GatewayInfrastructure Infrastructure);

internal sealed record GatewayListener(
    string Name, string Hostname, int Port, string Protocol, GatewayTls Tls, AllowedRoutes AllowedRoutes);

internal sealed record GatewayTls(string Mode, IList<GatewayReference> CertificateRefs, IDictionary<string, string> Options);

internal sealed record AllowedRoutes(RouteNamespaces Namespaces, IList<RouteGroupKind> Kinds);

internal sealed record RouteNamespaces(string From, V1LabelSelector Selector);

internal sealed record RouteGroupKind(string Group, string Kind);

internal sealed record GatewayAddress(string Type, string Value);

internal sealed record GatewayInfrastructure(
    IDictionary<string, string> Labels, IDictionary<string, string> Annotations, GatewayReference ParametersRef);

internal sealed record GatewayReference(string Group, string Kind, string Namespace, string Name);

internal sealed record GatewayStatus(
    IList<GatewayAddress> Addresses, IList<V1Condition> Conditions, IList<GatewayListenerStatus> Listeners);

internal sealed record GatewayListenerStatus(
    string Name, IList<RouteGroupKind> SupportedKinds, int AttachedRoutes, IList<V1Condition> Conditions);

[KubernetesEntity(Group = Gateway.Group, ApiVersion = "v1", Kind = "HTTPRoute", PluralName = "httproutes")]
internal sealed record HttpRoute(string ApiVersion, string Kind, V1ObjectMeta Metadata, HttpRouteSpec Spec, HttpRouteStatus Status);

internal sealed record HttpRouteSpec(IList<RouteParent> ParentRefs, IList<string> Hostnames, IList<HttpRouteRule> Rules);

internal sealed record RouteParent(string Group, string Kind, string Namespace, string Name, string SectionName, int Port);

internal sealed record HttpRouteRule(
    string Name, IList<HttpRouteMatch> Matches, IList<HttpRouteFilter> Filters, IList<HttpBackend> BackendRefs, HttpRouteTimeouts Timeouts);

internal sealed record HttpRouteMatch(
    HttpPathMatch Path, IList<HttpValueMatch> Headers, IList<HttpValueMatch> QueryParams, string Method);

internal sealed record HttpPathMatch(string Type, string Value);

internal sealed record HttpValueMatch(string Type, string Name, string Value);

internal sealed record HttpRouteTimeouts(string Request, string BackendRequest);

internal sealed record HttpBackend(
    string Group, string Kind, string Namespace, string Name, int Port, int Weight, IList<HttpRouteFilter> Filters);

internal sealed record HttpRouteFilter(
    string Type, HttpHeaderFilter RequestHeaderModifier, HttpHeaderFilter ResponseHeaderModifier, HttpMirror RequestMirror,
    HttpRedirect RequestRedirect, HttpRewrite UrlRewrite, GatewayReference ExtensionRef);

internal sealed record HttpHeaderFilter(IList<HttpHeader> Set, IList<HttpHeader> Add, IList<string> Remove);

internal sealed record HttpHeader(string Name, string Value);

internal sealed record HttpMirror(HttpBackend BackendRef, int Percent, HttpFraction Fraction);

internal sealed record HttpFraction(int Numerator, int Denominator);

internal sealed record HttpRedirect(string Scheme, string Hostname, HttpPathModifier Path, int Port, int StatusCode);

internal sealed record HttpRewrite(string Hostname, HttpPathModifier Path);

internal sealed record HttpPathModifier(string Type, string ReplaceFullPath, string ReplacePrefixMatch);

internal sealed record HttpRouteStatus(IList<RouteParentStatus> Parents);

internal sealed record RouteParentStatus(RouteParent ParentRef, string ControllerName, IList<V1Condition> Conditions);
