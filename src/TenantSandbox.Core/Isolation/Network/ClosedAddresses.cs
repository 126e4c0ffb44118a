namespace TenantSandbox.Core.Isolation.Network;

/// <summary>
/// The addresses that no tenant may reach, on whatever cluster. What a cluster closes in addition, such as its nodes and its API server, is
/// read from it.
/// </summary>
public static class ClosedAddresses
{
    /// <summary>
    /// Closed in every installation, in both directions. Of IPv6, everything but global unicast (2000::/3) and unique local addresses: the rest
    /// is reserved (IANA, "Internet Protocol Version 6 Address Space"), link-local, multicast, or leads to IPv4, as IPv4-mapped addresses and those
    /// of NAT64 (64:ff9b::/96, 64:ff9b:1::/48) do.
    /// </summary>
    /// <remarks>
    /// Kubernetes takes no exception <c>::ffff:0:0/96</c> of <c>::/0</c>: it treats it as IPv4. That <c>::/3</c> includes it avoids that.
    /// </remarks>
    public static readonly IReadOnlyList<ClosedRange> Always =
    [
        new("0.0.0.0/8", "addresses of this host"),
        new("100.64.0.0/10", "shared addresses of providers"),
        new("127.0.0.0/8", "loopback"),
        new("168.63.129.16/32", "Azure's WireServer"),
        new("169.254.0.0/16", "link-local addresses (instance metadata)"),
        new("224.0.0.0/3", "multicast and reserved addresses"),
        new("::/3", "loopback, IPv4-mapped, NAT64 and reserved IPv6 addresses"),
        new("2001::/32", "Teredo addresses"),
        new("2002::/16", "6to4 addresses"),
        new("4000::/2", Reserved),
        new("8000::/2", Reserved),
        new("c000::/3", Reserved),
        new("e000::/4", Reserved),
        new("f000::/5", Reserved),
        new("f800::/6", Reserved),
        new("fe00::/9", Reserved),
        new("fe80::/10", "link-local addresses"),
        new("fec0::/10", "site-local addresses"),
        new("ff00::/8", "multicast"),
    ];

    /// <summary>Closed to egress, but for the parts that an installation allows: RFC 1918 and, of IPv6, unique local addresses (RFC 4193).</summary>
    public static readonly IReadOnlyList<ClosedRange> Private =
    [
        new("10.0.0.0/8", PrivateName),
        new("172.16.0.0/12", PrivateName),
        new("192.168.0.0/16", PrivateName),
        new("fc00::/7", PrivateName),
    ];

    /// <summary>The addresses of <see cref="Always"/>.</summary>
    public static readonly AddressSet AlwaysSet = AddressSet.Union(Always.Select(r => r.Addresses));

    /// <summary>The addresses of <see cref="Private"/>.</summary>
    public static readonly AddressSet PrivateSet = AddressSet.Union(Private.Select(r => r.Addresses));

    private const string Reserved = "reserved IPv6 addresses";
    private const string PrivateName = "private addresses that the installation doesn't allow (TenantSandbox__Network__AllowedPrivateCidrs)";

    /// <summary>What is closed to the egress of every tenant of an installation.</summary>
    /// <param name="allowedPrivate">The private blocks that the installation allows.</param>
    /// <exception cref="FormatException">One of them is no block.</exception>
    public static AddressSet ToEgress(IEnumerable<string> allowedPrivate) =>
        AlwaysSet.Union(PrivateSet.Except(AddressSet.Union(allowedPrivate.Select(AddressSet.Parse))));

    /// <summary>What some addresses are, for people: each closed range that has any of them, without repetitions.</summary>
    public static IReadOnlyList<string> NamesOf(AddressSet addresses) =>
        [.. Always.Concat(Private).Where(r => !r.Addresses.Intersect(addresses).IsEmpty).Select(r => r.Name).Distinct()];
}

/// <summary>A block that is closed to tenants.</summary>
/// <param name="Block">The block.</param>
/// <param name="Name">What its addresses are, for people.</param>
public sealed record ClosedRange(string Block, string Name)
{
    /// <summary>Its addresses.</summary>
    public AddressSet Addresses { get; } = AddressSet.Parse(Block);
}
