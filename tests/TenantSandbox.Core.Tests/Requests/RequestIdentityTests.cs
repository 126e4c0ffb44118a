using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tests.Requests;

public sealed class RequestIdentityTests
{
    [Fact]
    public void InstanceId_AnyInput_IsShortPrintableAndStable()
    {
        var id = RequestIdentity.InstanceId("https://example/\u0000ü", new string('x', 10_000));

        Assert.Equal(68, id.Length);
        Assert.Matches("^req-[0-9a-f]{64}$", id);
        Assert.Equal(id, new RequestIdentity("https://example/\u0000ü", new string('x', 10_000)).ToInstanceId());
    }

    [Fact]
    public void InstanceId_SameTextSplitElsewhere_Differs() =>
        Assert.NotEqual(RequestIdentity.InstanceId("a", "bc"), RequestIdentity.InstanceId("ab", "c"));
}
