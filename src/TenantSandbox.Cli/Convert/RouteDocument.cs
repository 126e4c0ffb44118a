using k8s;
using k8s.Models;

namespace TenantSandbox.Cli.Convert;

// The fields of gateway.networking.k8s.io/v1 that the converter looks at; the client library has no models of it.
#pragma warning disable CA1812 // Made by the YAML reader.

/// <summary>An HTTPRoute.</summary>
internal sealed class RouteDocument : KubernetesObject
{
    public V1ObjectMeta? Metadata { get; set; }

    public RouteDocumentSpec? Spec { get; set; }
}

internal sealed class RouteDocumentSpec
{
    public List<string>? Hostnames { get; set; }

    public List<RouteDocumentRule>? Rules { get; set; }
}

internal sealed class RouteDocumentRule
{
    public List<RouteDocumentMatch>? Matches { get; set; }

    public List<object>? Filters { get; set; }

    public Dictionary<string, object>? Timeouts { get; set; }

    public List<RouteDocumentBackend>? BackendRefs { get; set; }
}

internal sealed class RouteDocumentMatch
{
    public RouteDocumentPath? Path { get; set; }

    public List<object>? Headers { get; set; }

    public List<object>? QueryParams { get; set; }

    public string? Method { get; set; }
}

internal sealed class RouteDocumentPath
{
    public string? Type { get; set; }

    public string? Value { get; set; }
}

internal sealed class RouteDocumentBackend
{
    public string? Kind { get; set; }

    public string? Namespace { get; set; }

    public string? Name { get; set; }

    public int? Port { get; set; }
}
