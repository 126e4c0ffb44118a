using System.Net;
using k8s.Models;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Reads the addresses of nodes.</summary>
internal static class NodeAddresses
{
    /// <summary>The type of the addresses within the virtual network.</summary>
    public const string Internal = "InternalIP";

    /// <summary>The type of the public addresses, which nodes have in pools with <c>enableNodePublicIP</c>.</summary>
    public const string External = "ExternalIP";

    /// <summary>The addresses of one type, of both IP families, in the node's order; what isn't an address is left out.</summary>
    public static IEnumerable<IPAddress> Of(V1Node? node, string type) =>
        (node?.Status?.Addresses ?? [])
            .Where(a => a.Type == type)
            .Select(a => IPAddress.TryParse(a.Address, out var address) ? address : null)
            .OfType<IPAddress>();
}
