using System.Net;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Network;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>Addresses that no tenant can open: neither towards them nor from them.</summary>
/// <param name="denied">The cluster's own blocks and the configured ones, in addition to <see cref="ClosedAddresses"/>.</param>
/// <param name="allowedPrivate">
/// The private blocks that tenants can open towards. From private addresses, what can be opened is bounded by the configured sources instead.
/// </param>
internal sealed class DeniedBlocks(IEnumerable<string> denied, IEnumerable<string> allowedPrivate)
{
    private readonly AddressSet _denied = AddressSet.Union(denied.Select(AddressSet.Parse));

    private AddressSet Egress => field ??= ClosedAddresses.ToEgress(allowedPrivate).Union(_denied);

    private AddressSet Ingress => field ??= ClosedAddresses.AlwaysSet.Union(_denied);

    /// <summary>The fewest blocks that cover what is closed to egress, in the order of their addresses.</summary>
    public IReadOnlyList<string> ToEgress => Egress.ToBlocks();

    /// <summary>An allowed block without its denied parts.</summary>
    /// <param name="allowed">The block.</param>
    /// <param name="isEgress">Whether it is allowed as a destination; else as a source.</param>
    /// <exception cref="InvalidException">All of its addresses are denied.</exception>
    public V1IPBlock BlockWithout(IPNetwork allowed, bool isEgress)
    {
        var addresses = AddressSet.Parse(allowed.ToString());
        var closed = (isEgress ? Egress : Ingress).Intersect(addresses);
        if (closed.Equals(addresses))
        {
            throw new InvalidException(
                isEgress ? "EgressDenied" : "IngressDenied",
                $"{(isEgress ? "egress to" : "connections from")} {allowed} can't be allowed: it has only addresses that are denied to every tenant ({ReasonOf(addresses)})");
        }

        return new V1IPBlock { Cidr = allowed.ToString(), Except = closed.IsEmpty ? null : [.. closed.ToBlocks()] };
    }

    /// <summary>Whether one block has all addresses of another.</summary>
    public static bool Covers(IPNetwork outer, IPNetwork inner) =>
        outer.BaseAddress.AddressFamily == inner.BaseAddress.AddressFamily
        && outer.PrefixLength <= inner.PrefixLength
        && outer.Contains(inner.BaseAddress);

    private string ReasonOf(AddressSet addresses) => string.Join(", ", _denied.Covers(addresses)
        ? ["they are the cluster's own, or in Network__DeniedCidrs"]
        : ClosedAddresses.NamesOf(addresses));
}
