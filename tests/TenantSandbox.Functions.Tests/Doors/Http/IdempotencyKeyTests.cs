using Microsoft.AspNetCore.Http;
using TenantSandbox.Functions.Doors.Http;

namespace TenantSandbox.Functions.Tests.Doors.Http;

public sealed class IdempotencyKeyTests
{
    [Fact]
    public void TryRead_SameKey_IsTheSameIdentity()
    {
        Assert.True(IdempotencyKey.TryRead(Request("k-1"), out var first, out var isGiven));
        Assert.True(IdempotencyKey.TryRead(Request("k-1"), out var second, out _));

        Assert.True(isGiven);
        Assert.Equal(first, second);
    }

    [Fact]
    public void TryRead_NoKey_IsANewIdentityEachTime()
    {
        Assert.True(IdempotencyKey.TryRead(Request(), out var first, out var isGiven));
        Assert.True(IdempotencyKey.TryRead(Request(), out var second, out _));

        Assert.False(isGiven);
        Assert.NotEqual(first, second);
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("\u00e9")]
    [InlineData("one,", "two")]
    public void TryRead_InvalidKey_IsRefused(params string[] values) => Assert.False(IdempotencyKey.TryRead(Request(values), out _, out _));

    [Theory]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void TryRead_Length_IsBounded(int length, bool isValid) =>
        Assert.Equal(isValid, IdempotencyKey.TryRead(Request(new string('k', length)), out _, out _));

    private static HttpRequest Request(params string[] values)
    {
        var request = new DefaultHttpContext().Request;
        if (values.Length > 0)
        {
            request.Headers[IdempotencyKey.Header] = values;
        }

        return request;
    }
}
