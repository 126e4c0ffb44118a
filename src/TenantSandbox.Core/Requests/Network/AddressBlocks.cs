using System.Net;
using TenantSandbox.Core.Isolation.Network;

namespace TenantSandbox.Core.Requests.Network;

/// <summary>Reads address blocks that a tenant names.</summary>
internal static class AddressBlocks
{
    private static readonly TextRule Rule = new("an IPv4 or IPv6 block, like \"203.0.113.0/24\"", 43);

    /// <summary>
    /// Reads a block that has at least one address which isn't closed. A block that is closed in part is allowed, <c>0.0.0.0/0</c> too: the
    /// network policy then excludes that part.
    /// </summary>
    /// <param name="reader">The rule.</param>
    /// <param name="closed">What every tenant of the installation is refused, on whatever cluster.</param>
    /// <returns>The block; null, with a validation fault, when it is absent or isn't one that a tenant may name.</returns>
    public static string? Read(ObjectReader reader, AddressSet closed) =>
        reader.Text("cidr", Rule, required: true) is { } cidr && IsAllowed(cidr, closed, reader) ? cidr : null;

    /// <summary>Whether a block lies in one of others.</summary>
    public static bool IsWithinAny(string cidr, IEnumerable<string> others) =>
        TryParse(cidr, out var block) && others.Any(o => IPNetwork.TryParse(o, out var outer) && IsWithin(block, outer));

    private static bool IsAllowed(string cidr, AddressSet closed, ObjectReader reader)
    {
        // TryParse also accepts short forms like "10/8"; a block that it formats differently isn't canonical.
        if (!TryParse(cidr, out var network))
        {
            reader.AddFault("cidr", ValidationFaultCodes.Format, "Must be an address block with all host bits zero, like \"203.0.113.0/24\".");
            return false;
        }

        if (!string.Equals(network.ToString(), cidr, StringComparison.Ordinal))
        {
            reader.AddFault("cidr", ValidationFaultCodes.Format, $"Must be in canonical form: \"{network}\".");
            return false;
        }

        // Kubernetes and Core treat such a block as IPv4, IPNetwork doesn't.
        if (network.BaseAddress.IsIPv4MappedToIPv6)
        {
            reader.AddFault("cidr", ValidationFaultCodes.Forbidden, "Has IPv4-mapped IPv6 addresses. Give the IPv4 block.");
            return false;
        }

        var addresses = AddressSet.Parse(cidr);
        if (!closed.Covers(addresses))
        {
            return true;
        }

        reader.AddFault("cidr", ValidationFaultCodes.Forbidden, $"Has no address that a tenant may reach: {string.Join(", ", ClosedAddresses.NamesOf(addresses))}.");
        return false;
    }

    private static bool TryParse(string cidr, out IPNetwork network)
    {
        network = default;
        var slash = cidr.IndexOf('/', StringComparison.Ordinal);
        return slash > 0
            && !cidr.Contains('%', StringComparison.Ordinal)
            && IPAddress.TryParse(cidr.AsSpan(0, slash), out _)
            && IPNetwork.TryParse(cidr, out network);
    }

    // IPNetwork.Contains would treat IPv4-mapped IPv6 addresses as IPv4.
    private static bool IsWithin(IPNetwork inner, IPNetwork outer)
    {
        if (inner.BaseAddress.AddressFamily != outer.BaseAddress.AddressFamily || inner.PrefixLength < outer.PrefixLength)
        {
            return false;
        }

        var (bytes, bits) = (outer.PrefixLength / 8, outer.PrefixLength % 8);
        var (left, right) = (inner.BaseAddress.GetAddressBytes(), outer.BaseAddress.GetAddressBytes());
        return left.AsSpan(0, bytes).SequenceEqual(right.AsSpan(0, bytes)) && (bits == 0 || (left[bytes] ^ right[bytes]) >> (8 - bits) == 0);
    }
}
