using System.Net;
using CsCheck;
using TenantSandbox.Core.Isolation.Network;

namespace TenantSandbox.Core.Tests.Isolation.Network;

public sealed class ClosedAddressesTests
{
    [Theory]
    [InlineData("0.1.2.3", "addresses of this host")]
    [InlineData("100.64.0.1", "shared addresses of providers")]
    [InlineData("100.127.255.255", "shared addresses of providers")]
    [InlineData("127.0.0.53", "loopback")]
    [InlineData("168.63.129.16", "Azure's WireServer")]
    [InlineData("169.254.169.254", "link-local addresses (instance metadata)")]
    [InlineData("169.254.10.10", "link-local addresses (instance metadata)")]
    [InlineData("::ffff:169.254.169.254", "link-local addresses (instance metadata)")]
    [InlineData("224.0.0.1", "multicast and reserved addresses")]
    [InlineData("255.255.255.255", "multicast and reserved addresses")]
    [InlineData("::", "loopback, IPv4-mapped, NAT64 and reserved IPv6 addresses")]
    [InlineData("::1", "loopback, IPv4-mapped, NAT64 and reserved IPv6 addresses")]
    [InlineData("64:ff9b::a9fe:a9fe", "loopback, IPv4-mapped, NAT64 and reserved IPv6 addresses")]
    [InlineData("64:ff9b:1::1", "loopback, IPv4-mapped, NAT64 and reserved IPv6 addresses")]
    [InlineData("2001:0:1::1", "Teredo addresses")]
    [InlineData("2002:a9fe:a9fe::1", "6to4 addresses")]
    [InlineData("5000::1", "reserved IPv6 addresses")]
    [InlineData("fbff::1", "reserved IPv6 addresses")]
    [InlineData("fe80::1", "link-local addresses")]
    [InlineData("fec0::1", "site-local addresses")]
    [InlineData("ff02::1", "multicast")]
    public void Always_Address_IsClosedByName(string address, string name)
    {
        var one = AddressSet.Of(IPAddress.Parse(address));

        Assert.True(ClosedAddresses.ToEgress(["10.0.0.0/8", "fc00::/7"]).Covers(one));
        Assert.Equal([name], ClosedAddresses.NamesOf(one));
    }

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("fd00::1")]
    public void Private_Address_IsClosedToEgressUnlessAllowed(string address)
    {
        var one = AddressSet.Of(IPAddress.Parse(address));

        Assert.True(ClosedAddresses.ToEgress([]).Covers(one));
        Assert.False(ClosedAddresses.AlwaysSet.Covers(one));
        Assert.False(ClosedAddresses.ToEgress(ClosedAddresses.Private.Select(r => r.Block)).Covers(one));
    }

    [Theory]
    [InlineData("9.255.255.255")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.0")]
    [InlineData("168.63.129.15")]
    [InlineData("168.63.129.17")]
    [InlineData("172.32.0.0")]
    [InlineData("203.0.113.1")]
    [InlineData("223.255.255.255")]
    [InlineData("2001:1::")]
    [InlineData("2603:1020::1")]
    [InlineData("3fff:ffff::")]
    public void ToEgress_AddressBesideARange_IsOpen(string address) =>
        Assert.False(ClosedAddresses.ToEgress([]).Contains(IPAddress.Parse(address)));

    [Fact]
    public void Always_IPv6_IsWhateverIsNeitherGlobalUnicastNorUniqueLocal()
    {
        var open = AddressSet.Union(((string[])["2000::/3", "fc00::/7"]).Select(AddressSet.Parse)).Except(AddressSet.Union(((string[])["2001::/32", "2002::/16"]).Select(AddressSet.Parse)));

        Assert.Equal(AddressSet.All.Except(open).V6, ClosedAddresses.AlwaysSet.V6);
    }

    [Fact]
    public void ToBlocks_AnySet_AreItsAddressesInTheFewestBlocks() => Gen.Select(
        Gen.Select(Gen.OneOfConst("10.0.0.0", "10.1.2.3", "255.255.255.255", "0.0.0.0", "fd00::1", "::", "ffff::"), Gen.Int[0, 128]).List[0, 5], Gen.Bool).Sample((blocks, isComplement) =>
    {
        var some = AddressSet.Union(blocks.Select(b => AddressSet.Parse($"{b.Item1}/{(b.Item1.Contains(':', StringComparison.Ordinal) ? b.Item2 : b.Item2 % 33)}")));
        var set = isComplement ? AddressSet.All.Except(some) : some;

        var parts = set.ToBlocks().Select(AddressSet.Parse).ToArray();

        Assert.Equal(set, AddressSet.Union(parts));
        // No two neighbours would make one block.
        Assert.All(parts.Zip(parts.Skip(1)), pair => Assert.NotEqual(1, pair.First.Union(pair.Second).ToBlocks().Count));
        Assert.All(set.ToBlocks(), b => Assert.Equal(b, IPNetwork.Parse(b).ToString()));
    });
}
