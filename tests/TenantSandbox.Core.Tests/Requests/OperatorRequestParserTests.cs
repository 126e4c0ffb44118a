using System.Text;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Tests.Requests;

public sealed class OperatorRequestParserTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 2, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("""{"actor":"a","reason":"r"}""")]
    [InlineData("""{"reason":"Gr\u00fcnde, viele: \u4e2d","actor":"J\u00f6 <jo@example.com>"}""")]
    public void Parse_ActorAndReason_IsRead(string text) => Assert.Empty(Parse(text).Faults);

    [Theory]
    [InlineData("x", " malformed")]
    [InlineData("[]", " type")]
    [InlineData("{}", "/actor required", "/reason required")]
    [InlineData("""{"actor":1,"reason":null}""", "/actor type", "/reason type")]
    [InlineData("""{"actor":"a\u0000","reason":"b\u001b[31m"}""", "/actor format", "/reason format")]
    [InlineData("""{"actor":"a","reason":"r","expiresAt":"2030-01-01T00:00:00Z"}""", "/expiresAt unknown")]
    public void Parse_Invalid_NamesTheFaults(string text, params string[] faults) =>
        Assert.Equal(faults, Parse(text).Faults.Select(x => $"{x.Pointer} {x.Code}"));

    [Fact]
    public void Parse_TooLong_NamesTheFaults()
    {
        var text = $$"""{"actor":"{{new string('a', 129)}}","reason":"{{new string('r', 501)}}"}""";
        Assert.Equal(["/actor range", "/reason range"], Parse(text).Faults.Select(x => $"{x.Pointer} {x.Code}"));
    }

    [Fact]
    public void Parse_TimeToLiveAtAnotherTime_HasTheSameHash()
    {
        const string Text = """{"actor":"a","reason":"r","timeToLive":"P1D"}""";
        var first = Parse(Text, TenantVerb.Renew).Request!;
        var later = Parse(Text, TenantVerb.Renew, at: Now.AddHours(1)).Request!;

        Assert.Equal(first.ContentHash, later.ContentHash);
        Assert.Equal(Now.AddDays(1), first.Expiry!.ExpiresAt);
        Assert.NotEqual(first.ContentHash, Parse("""{"actor":"a","reason":"r","timeToLive":"P2D"}""", TenantVerb.Renew).Request!.ContentHash);
    }

    [Fact]
    public void Parse_OtherVerbOrTarget_HasAnotherHash()
    {
        const string Text = """{"actor":"a","reason":"r"}""";
        string[] hashes = [Parse(Text).Request!.ContentHash, Parse(Text, TenantVerb.Resume).Request!.ContentHash, Parse(Text, target: "other").Request!.ContentHash];
        Assert.Equal(3, hashes.Distinct().Count());
    }

    [Theory]
    [InlineData("example.com/cleanup", true)]
    [InlineData("kubernetes", true)]
    [InlineData("foregroundDeletion", true)]
    [InlineData("", false)]
    [InlineData("two words", false)]
    [InlineData("Upper.example/x", false)]
    [InlineData("/x", false)]
    [InlineData("*", false)]
    public void Parse_Finalizer_MustBeAQualifiedName(string name, bool isValid)
    {
        var (request, faults) = Parse($$"""{"actor":"a","reason":"r","finalizers":["{{name}}"]}""", TenantVerb.ForceOffboard);
        Assert.Equal(isValid, faults.Count == 0);
        Assert.Equal(isValid ? [name] : null, request?.Finalizers);
    }

    private static (OperatorRequest? Request, IReadOnlyList<ValidationFault> Faults) Parse(
        string text, TenantVerb verb = TenantVerb.Suspend, string target = "acme", DateTimeOffset? at = null) =>
        OperatorRequestParser.Parse(Encoding.UTF8.GetBytes(text), verb, target, at ?? Now);
}
