using System.Net;

namespace TenantSandbox.Core.Requests.Network;

/// <summary>Reads address blocks that a tenant names.</summary>
internal static class AddressBlocks
{
    // Blocks that no tenant may name. A larger block that includes one of them is allowed, 0.0.0.0/0 too: the network policy then
    // excludes the forbidden part.
    private static readonly (IPNetwork Block, string Name)[] Forbidden =
    [
        (IPNetwork.Parse("169.254.0.0/16"), "link-local addresses (instance metadata)"),
        (IPNetwork.Parse("168.63.129.16/32"), "Azure's WireServer"),
        (IPNetwork.Parse("0.0.0.0/8"), "addresses of this host"),
        (IPNetwork.Parse("127.0.0.0/8"), "loopback"),
        (IPNetwork.Parse("224.0.0.0/3"), "multicast and reserved addresses"),
        (IPNetwork.Parse("::/127"), "this host and loopback"),
        (IPNetwork.Parse("::ffff:0:0/96"), "IPv4-mapped IPv6 addresses"),
        (IPNetwork.Parse("fe80::/10"), "link-local addresses"),
        (IPNetwork.Parse("ff00::/8"), "multicast"),
    ];

    private static readonly TextRule Rule = new("an IPv4 or IPv6 block, like \"203.0.113.0/24\"", 43);

    /// <returns>The block; null, with a validation fault unless it is absent, when it isn't one that a tenant may name.</returns>
    public static string? Read(ObjectReader reader, bool required) =>
        reader.Text("cidr", Rule, required) is { } cidr && IsAllowed(cidr, reader) ? cidr : null;

    /// <summary>Whether a block lies in one of others.</summary>
    public static bool IsWithinAny(string cidr, IEnumerable<string> others) =>
        TryParse(cidr, out var block) && others.Any(o => IPNetwork.TryParse(o, out var outer) && IsWithin(block, outer));

    private static bool IsAllowed(string cidr, ObjectReader reader)
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

        foreach (var (block, name) in Forbidden)
        {
            if (IsWithin(network, block))
            {
                reader.AddFault("cidr", ValidationFaultCodes.Forbidden, $"Is part of {block}: {name}. No tenant may name it.");
                return false;
            }
        }

        return true;
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
