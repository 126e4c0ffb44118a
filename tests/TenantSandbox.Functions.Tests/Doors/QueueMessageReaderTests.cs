using System.Text;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Doors.Queue;
using TenantSandbox.Functions.Http;

namespace TenantSandbox.Functions.Tests.Doors;

public sealed class QueueMessageReaderTests
{
    private const string Request = """{"kind":"offboard","tenantId":"acme","revision":2}""";
    private static readonly DateTimeOffset Now = new(2026, 11, 2, 9, 0, 0, TimeSpan.Zero);
    private static readonly string Event = $$"""{"specversion":"1.0","type":"{{EventTypes.Requested(TenantRequestKind.Offboard)}}","source":"/test","id":"1","data":{"tenantId":"acme","revision":2} }""";

    public static TheoryData<string> WithByteOrderMark =>
    [
        "\ufeff" + Request, Base64("\ufeff" + Request), "\ufeff" + Base64(Request),
        "\ufeff" + Event, Base64("\ufeff" + Event), "\ufeff" + Base64(Event),
    ];

    [Theory]
    [MemberData(nameof(WithByteOrderMark))]
    public void Read_OneByteOrderMark_IsTheSameRequestWithoutIt(string text)
    {
        var read = QueueMessageReader.Read(text, "m1", Now);

        Assert.Empty(read.Faults);
        Assert.Equal(QueueMessageReader.Read(Request, "m1", Now).Request, read.Request);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_TwoByteOrderMarks_IsMalformed(bool isBase64)
    {
        var text = "\ufeff\ufeff" + Request;

        Assert.Equal(ValidationFaultCodes.Malformed, QueueMessageReader.Read(isBase64 ? Base64(text) : text, "m1", Now).Faults[0].Code);
    }

    [Fact]
    public void Read_RequestInAnEvent_HasAnotherIdentityThanTheBareOne()
    {
        var bare = QueueMessageReader.Read("""{"kind":"offboard","id":"1","tenantId":"acme","revision":2}""", "m1", Now);
        var read = QueueMessageReader.Read(Event.Replace("/test", RequestIdentity.QueueSource, StringComparison.Ordinal), "m1", Now);

        Assert.Equal((bare.Identity!.Source, bare.Identity.Id), (read.Identity!.Source, read.Identity.Id));
        Assert.NotEqual(bare.Identity.ToInstanceId(), read.Identity.ToInstanceId());
    }

    [Theory]
    [InlineData(0, false, false)]
    [InlineData(0, true, false)]
    [InlineData(0, true, true)]
    [InlineData(1, false, false)]
    [InlineData(1, true, false)]
    [InlineData(1, true, true)]
    public void Read_LargestMessage_IsReadAndOneByteMoreIsTooLarge(int more, bool isBase64, bool isEvent)
    {
        var text = isEvent ? Event : Request;
        text = text.Insert(1, new string(' ', RequestLimits.MaxQueueMessageBytes - text.Length + more));
        var read = QueueMessageReader.Read(isBase64 ? Base64(text) : text, "m1", Now);

        Assert.Equal(more == 0, read.Request is not null);
        Assert.Equal(more == 0 ? [] : [ValidationFaultCodes.TooLarge], read.Faults.Select(x => x.Code));
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
