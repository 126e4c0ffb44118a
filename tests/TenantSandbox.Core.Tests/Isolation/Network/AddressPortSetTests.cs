using System.Net;
using CsCheck;
using TenantSandbox.Core.Isolation.Network;

namespace TenantSandbox.Core.Tests.Isolation.Network;

/// <summary>Sets of pairs, judged address by address. CsCheck prints the seed of a failing case.</summary>
public sealed class AddressPortSetTests
{
    // One address on each side of every border of the blocks.
    private static readonly IPAddress[] Addresses =
        [.. ((string[])["0.0.0.0", "10.0.0.0", "10.1.0.0", "10.1.2.0", "10.1.255.255", "11.0.0.0", "255.255.255.255", "::", "fd00::", "ff00::"]).Select(IPAddress.Parse)];

    private static readonly Gen<AddressPortSet> Sets = Gen.Select(
            Gen.OneOfConst("0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "::/0", "fd00::/8"),
            Gen.Enum<TransportProtocol>(),
            Gen.OneOfConst((1, 65535), (80, 80), (79, 81), (443, 443)))
        .Select((block, protocol, ports) => AddressPortSet.Of(AddressSet.Parse(block), PortSet.Of(protocol, ports.Item1, ports.Item2)))
        .List[0, 5]
        .Select(parts => parts.Aggregate(AddressPortSet.Empty, (all, p) => all.Union(p)));

    [Fact]
    public void Operations_AnySets_AreThoseOfThePortsAtEachAddress() => Gen.Select(Sets, Sets).Sample((a, b) =>
    {
        foreach (var address in Addresses)
        {
            var (left, right) = (a.PortsAt(address), b.PortsAt(address));
            Assert.Equal(left.Union(right), a.Union(b).PortsAt(address));
            Assert.Equal(left.Intersect(right), a.Intersect(b).PortsAt(address));
            Assert.Equal(left.Except(right), a.Except(b).PortsAt(address));
        }
    });

    [Fact]
    public void Parts_AnySet_HaveEachAddressAndEachSetOfPortsOnce() => Gen.Select(Sets, Sets).Sample((a, b) =>
    {
        var parts = a.Except(b).Parts;
        Assert.All(parts, p => Assert.False(p.Addresses.IsEmpty || p.Ports.IsEmpty));
        Assert.Equal(parts.Count, parts.Select(p => p.Ports).Distinct().Count());
        Assert.All(parts, p => Assert.All(parts.Where(o => o != p), o => Assert.True(o.Addresses.Intersect(p.Addresses).IsEmpty)));
        Assert.True(a.Except(a).IsEmpty);
    });
}
