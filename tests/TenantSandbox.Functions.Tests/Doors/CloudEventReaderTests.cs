using System.Text;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Doors;
using TenantSandbox.Functions.Doors.Queue;

namespace TenantSandbox.Functions.Tests.Doors;

public sealed class CloudEventReaderTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 2, 9, 0, 0, TimeSpan.Zero);

    // A date with an offset and one with milliseconds: the Event Grid extension rewrites both in JSON data, and neither in data_base64.
    private const string Request = """
        {"tenantId":"acme","revision":1,"tier":"pooled","expiresAt":"2027-01-01T02:00:00+05:00",
         "workloads":[{"name":"web","image":"registry.example/web:1","cpu":"1","memory":"512Mi","env":{"SINCE":"2026-01-01T00:00:00.000Z"}}]}
        """;

    [Fact]
    public void Read_Base64Data_HasTheContentOfTheSameBareRequest()
    {
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(Request));
        var read = CloudEventReader.Read(BinaryData.FromString($$"""
            {"specversion":"1.0","type":"{{EventTypes.Requested(TenantRequestKind.Onboard)}}","source":"/test","id":"1","data_base64":"{{encoded}}"}
            """), Now);
        var bare = QueueMessageReader.Read($$"""{"kind":"onboard",{{Request.TrimStart()[1..]}}""", "m1", Now);

        Assert.Empty(read.Faults);
        Assert.Equal(new RequestIdentity("/test", "1"), read.Identity);
        Assert.Equal(bare.Request!.ContentHash, read.Request!.ContentHash);
        Assert.Equal("2026-01-01T00:00:00.000Z", read.Request.Spec!.Workloads[0].Env[0].Value);
    }

    [Fact]
    public void Read_FaultInTheRequest_PointsIntoData()
    {
        var read = CloudEventReader.Read(BinaryData.FromString($$"""
            {"specversion":"1.0","type":"{{EventTypes.Requested(TenantRequestKind.Onboard)}}","source":"/test","id":"1","data":{} }
            """), Now);

        Assert.Null(read.Request);
        Assert.All(read.Faults, f => Assert.StartsWith("/data/", f.Pointer, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("not json")]
    [InlineData("""{"specversion":"1.0","type":"x","source":"","id":"1"}""")]
    public void Read_NoCloudEvent_IsMalformed(string text) =>
        Assert.Equal(ValidationFaultCodes.Malformed, CloudEventReader.Read(BinaryData.FromString(text), Now).Faults[0].Code);
}
