using System.Net;
using System.Text.Json;

namespace TenantSandbox.Core.Requests;

/// <summary>Reads the egress allow list.</summary>
internal static class EgressReader
{
    // Where nothing of a block may ever be reached, asking for it is a mistake. Greater blocks that include these may be
    // asked for, everything (0.0.0.0/0) too: what is closed is then cut out of the network policy.
    private static readonly (IPNetwork Block, string Name)[] Closed =
    [
        (IPNetwork.Parse("169.254.0.0/16"), "link-local addresses (instance metadata)"),
        (IPNetwork.Parse("168.63.129.16/32"), "Azure's WireServer"),
        (IPNetwork.Parse("0.0.0.0/8"), "addresses that mean this host"),
        (IPNetwork.Parse("127.0.0.0/8"), "loopback"),
        (IPNetwork.Parse("224.0.0.0/3"), "multicast and reserved addresses"),
        (IPNetwork.Parse("::/127"), "this host and loopback"),
        (IPNetwork.Parse("::ffff:0:0/96"), "IPv4 addresses in IPv6 form"),
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
                continue;
            var cidr = reader.Text("cidr", CidrRule, required: true);
            var ports = PortReader.Read(reader, faults);
            if (cidr is null || !Check(cidr, reader))
                continue;
            if (!seen.Add(cidr))
                reader.Fault("cidr", ValidationFaultCodes.Duplicate, "This block is listed before; give all its ports there.");
            rules.Add(new EgressRule(cidr, ports));
        }

        return rules;
    }

    private static bool Check(string cidr, ObjectReader reader)
    {
        // TryParse takes short forms like "10/8" too; what it doesn't print back as it was sent isn't canonical.
        if (!TryParse(cidr, out var network))
        {
            reader.Fault("cidr", ValidationFaultCodes.Format, "Must be an address block whose host bits are zero, like \"203.0.113.0/24\".");
            return false;
        }

        if (!string.Equals(network.ToString(), cidr, StringComparison.Ordinal))
        {
            reader.Fault("cidr", ValidationFaultCodes.Format, $"Must be in canonical form: \"{network}\".");
            return false;
        }

        foreach (var (block, name) in Closed)
        {
            if (IsWithin(network, block))
            {
                reader.Fault("cidr", ValidationFaultCodes.Forbidden, $"Lies within {block}: {name}. No tenant may connect there.");
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

    // Not by IPNetwork.Contains, which takes IPv4 addresses in IPv6 form for IPv4 ones.
    private static bool IsWithin(IPNetwork inner, IPNetwork outer)
    {
        if (inner.BaseAddress.AddressFamily != outer.BaseAddress.AddressFamily || inner.PrefixLength < outer.PrefixLength)
            return false;
        var (bytes, bits) = (outer.PrefixLength / 8, outer.PrefixLength % 8);
        var (left, right) = (inner.BaseAddress.GetAddressBytes(), outer.BaseAddress.GetAddressBytes());
        return left.AsSpan(0, bytes).SequenceEqual(right.AsSpan(0, bytes)) && (bits == 0 || (left[bytes] ^ right[bytes]) >> (8 - bits) == 0);
    }
}
