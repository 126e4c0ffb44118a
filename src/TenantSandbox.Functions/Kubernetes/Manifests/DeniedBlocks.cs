using System.Net;
using k8s.Models;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>Address blocks that no tenant can open: neither towards them nor from them.</summary>
/// <param name="configured">The configured blocks, in addition to the platform's.</param>
internal sealed class DeniedBlocks(IEnumerable<string> configured)
{
    /// <summary>Azure's host agent (WireServer) and link-local, where the instance metadata service hands out identities.</summary>
    public static readonly IReadOnlyList<string> Platform = ["168.63.129.16/32", "169.254.0.0/16", "fe80::/10"];

    private readonly IPNetwork[] _blocks =
        [.. Platform.Concat(configured).Select(c => IPNetwork.Parse(c)).Distinct()];

    /// <summary>All blocks, sorted, without overlaps.</summary>
    public IReadOnlyList<string> All => Outermost(_blocks);

    /// <summary>An allowed block without its denied parts.</summary>
    /// <param name="allowed">The block.</param>
    /// <param name="isEgress">Whether it is allowed as a destination; else as a source.</param>
    /// <exception cref="InvalidException">The block lies entirely in a denied one.</exception>
    public V1IPBlock BlockWithout(IPNetwork allowed, bool isEgress)
    {
        if (_blocks.Cast<IPNetwork?>().FirstOrDefault(b => Covers(b!.Value, allowed)) is { } cover)
        {
            throw new InvalidException(
                isEgress ? "EgressDenied" : "IngressDenied",
                $"{(isEgress ? "egress to" : "connections from")} {allowed} can't be allowed: it lies in {cover}, which is denied to every tenant");
        }

        var inside = Outermost([.. _blocks.Where(b => Covers(allowed, b))]);
        return new V1IPBlock { Cidr = allowed.ToString(), Except = inside.Count == 0 ? null : [.. inside] };
    }

    /// <summary>Whether one block has all addresses of another.</summary>
    public static bool Covers(IPNetwork outer, IPNetwork inner) =>
        outer.BaseAddress.AddressFamily == inner.BaseAddress.AddressFamily
        && outer.PrefixLength <= inner.PrefixLength
        && outer.Contains(inner.BaseAddress);

    private static IReadOnlyList<string> Outermost(IPNetwork[] blocks) =>
        [.. blocks.Where(b => !blocks.Any(o => !o.Equals(b) && Covers(o, b))).Select(b => b.ToString()).Order(StringComparer.Ordinal)];
}
