namespace TenantSandbox.Functions.Configuration;

/// <summary>The Gateway (<c>gateway.networking.k8s.io/v1</c>) that exposes workloads. Without a name there is none.</summary>
internal sealed class GatewayOptions
{
    public string? Namespace { get; set; }

    public string? Name { get; set; }

    /// <summary>The listener that routes attach to; null for all.</summary>
    public string? SectionName { get; set; }

    /// <summary>
    /// The ingress source whose pods send the Gateway's traffic; exposed workloads accept it. Null where tenants allow it by blocks.
    /// </summary>
    public string? Source { get; set; }
}

/// <summary>Pods outside of the tenants' namespaces that workloads may accept connections from.</summary>
internal sealed class IngressSourceOptions
{
    /// <summary>The pods' namespace.</summary>
    public string Namespace { get; set; } = "";

    /// <summary>Labels of the pods; all pods of the namespace if there is none.</summary>
    public IDictionary<string, string> PodLabels { get; } = new Dictionary<string, string>();
}
