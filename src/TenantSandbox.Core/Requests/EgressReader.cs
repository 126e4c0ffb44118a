using System.Net;
using System.Text.Json;

namespace TenantSandbox.Core.Requests;

/// <summary>Reads the egress allow list.</summary>
internal static class EgressReader
{
    // Blocks that no tenant may reach. A larger block that includes one of them is allowed, 0.0.0.0/0 too: the network policy
    // then excludes the forbidden part.
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

    private static readonly TextRule CidrRule = new("an IPv4 or IPv6 block, like \"203.0.113.0/24\"", 43);

    public static IReadOnlyList<EgressRule> Read(ObjectReader spec, ValidationFaultList faults)
    {
        var rules = new List<EgressRule>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (item, pointer) in spec.Items("egressAllowList", 0, RequestLimits.MaxEgressRules))
        {
            if (ObjectReader.Open(item, pointer, faults, "cidr", "ports") is not { } reader)
            {
                continue;
            }

            var cidr = reader.Text("cidr", CidrRule, required: true);
            var ports = PortReader.Read(reader, faults);
            if (cidr is null || !IsAllowed(cidr, reader))
            {
                continue;
            }

            if (!seen.Add(cidr))
            {
                reader.AddFault("cidr", ValidationFaultCodes.Duplicate, "This block is already listed; give all its ports there.");
            }

            rules.Add(new EgressRule(cidr, ports));
        }

        return rules;
    }

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
                reader.AddFault("cidr", ValidationFaultCodes.Forbidden, $"Is part of {block}: {name}. No tenant may connect to it.");
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
