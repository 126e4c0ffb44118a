using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tests.Requests;

public sealed class RequestIdentityTests
{
    [Fact]
    public void ToInstanceId_AnyInput_IsShortPrintableAndStable()
    {
        var id = new RequestIdentity("https://example/\u0000ü", new string('x', 10_000)).ToInstanceId();

        Assert.Equal(68, id.Length);
        Assert.Matches("^req-[0-9a-f]{64}$", id);
        Assert.Equal(id, new RequestIdentity("https://example/\u0000ü", new string('x', 10_000)).ToInstanceId());
    }

    [Fact]
    public void ToInstanceId_SameTextSplitElsewhere_Differs() =>
        Assert.NotEqual(new RequestIdentity("a", "bc").ToInstanceId(), new RequestIdentity("ab", "c").ToInstanceId());

    [Theory]
    [InlineData(RequestIdentity.HttpSource, false)]
    [InlineData(RequestIdentity.QueueSource, false)]
    [InlineData("https://example/", true)]
    public void ToInstanceId_OfAnEvent_DiffersOnlyWhenItsSourceIsADoor(string source, bool isSame) =>
        Assert.Equal(isSame, new RequestIdentity(source, "key:x", IsEvent: true).ToInstanceId() == new RequestIdentity(source, "key:x").ToInstanceId());

    [Fact]
    public void ToInstanceId_OfEarlierVersions_StaysTheSame() =>
        Assert.Equal("req-a7ea4b973f6c1132ef1e965271ea0da5be2aca22da4826b7064a0e4c00816f5f", new RequestIdentity("billing", "42", IsEvent: true).ToInstanceId());
}
