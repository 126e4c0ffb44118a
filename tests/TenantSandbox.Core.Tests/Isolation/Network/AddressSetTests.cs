using System.Net;
using TenantSandbox.Core.Isolation.Network;

namespace TenantSandbox.Core.Tests.Isolation.Network;

public sealed class AddressSetTests
{
    [Theory]
    [InlineData("10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("10.1.2.3/8", "10.0.0.0/8")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("203.0.113.7/32", "203.0.113.7/32")]
    [InlineData("fd00::1/8", "fd00::/8")]
    [InlineData("::/0", "::/0")]
    [InlineData("2001:db8::1/128", "2001:db8::1/128")]
    [InlineData("::ffff:10.0.0.0/104", "10.0.0.0/8")]
    public void Parse_Block_HasItsAddresses(string text, string expected) => Assert.Equal(expected, AddressSet.Parse(text).ToString());

    [Theory]
    [InlineData("10.0.0.0")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/")]
    [InlineData("/8")]
    [InlineData("10/8")]
    [InlineData("010.0.0.0/8")]
    [InlineData("fe80::1%eth0/64")]
    [InlineData("::/129")]
    public void Parse_NoBlock_IsRefused(string text) => Assert.Throws<FormatException>(() => AddressSet.Parse(text));

    [Fact]
    public void Except_PartOfABlock_LeavesTheRestOfBothFamilies()
    {
        var rest = AddressSet.All.Except(AddressSet.Parse("0.0.0.0/1")).Except(AddressSet.Parse("::/0"));

        Assert.Equal(AddressSet.Parse("128.0.0.0/1"), rest);
        Assert.Equal("10.0.0.0-10.0.0.4, 10.0.0.6/31", AddressSet.Parse("10.0.0.0/29").Except(AddressSet.Parse("10.0.0.5/32")).ToString());
    }

    [Theory]
    [InlineData("169.254.169.254", true)]
    [InlineData("::ffff:169.254.169.254", true)]
    [InlineData("169.255.0.0", false)]
    [InlineData("fe80::1", false)]
    public void Contains_Address_SaysWhetherItLiesInABlock(string address, bool expected) =>
        Assert.Equal(expected, AddressSet.Parse("169.254.0.0/16").Contains(IPAddress.Parse(address)));

    [Fact]
    public void ToString_ManyRanges_NamesTheFirst() => Assert.Equal(
        "10.0.0.0/32, 10.0.0.2/32, 10.0.0.4/32 and 2 more ranges",
        Enumerable.Range(0, 5).Aggregate(AddressSet.Empty, (all, i) => all.Union(AddressSet.Parse($"10.0.0.{2 * i}/32"))).ToString());

    [Fact]
    public void PortSet_ToString_NamesRangesAndWholeProtocols()
    {
        Assert.Equal("all ports", PortSet.All.ToString());
        Assert.Equal(
            "TCP 80,8000-8080; any UDP port",
            PortSet.Of(TransportProtocol.Tcp, 80, 80).Union(PortSet.Of(TransportProtocol.Tcp, 8000, 8080)).Union(PortSet.Of(TransportProtocol.Udp)).ToString());
    }
}
