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
}
